import { t } from "../../language/Text.js"

/** A call of a function that a module exports. */
export interface Call {
  /** The URL of the module. */
  readonly module: string
  readonly function: string
  readonly argument: unknown
}

/** What a thread receives: a call, or that the part which it gave was taken. */
export type Request = Call | typeof taken
export const taken = "taken"

/** What a thread answers to a call: parts of its result, and then the rest of it. */
export type Answer =
  { readonly part: unknown } | { readonly value: unknown } | { readonly problem: string }

/** Has buffers of a result be moved to the main thread instead of copied; the thread loses them. */
export type Transfer = (...buffers: ReadonlyArray<ArrayBuffer>) => void

/** A function that threads call: of its argument alone, which it does not change. */
export type Work<in A, out B> = (argument: A, transfer: Transfer) => B | Promise<B>

/**
 * Gives a part of a result, and buffers of it to move. To be awaited: it resolves once the part was taken, so that only
 * one is held.
 */
export type Give<in P> = (part: P, ...moved: ReadonlyArray<ArrayBuffer>) => Promise<void>

/** As `Work`, of a result that is too large to be held as a whole. */
export type WorkInParts<in A, out P, out B> = (
  argument: A,
  transfer: Transfer,
  give: Give<P>
) => Promise<B>

/** What a thread does beside computing. */
export interface Answering {
  readonly transfer: Transfer
  readonly give: Give<unknown>
}

/** Makes a call on this thread, which imports modules by `load`. */
export const call = async (
  { argument, function: name, module }: Call,
  { give, transfer }: Answering,
  load: (url: string) => Promise<unknown>
): Promise<unknown> => {
  const exports = (await load(module)) as Readonly<Record<string, unknown>>
  const work = exports[name]
  if (typeof work !== "function") throw new NotExported(t`${name} is not exported as a function`)
  return (work as WorkInParts<unknown, unknown, unknown>)(argument, transfer, give)
}

/** Has no stack, which would be of this module. */
class NotExported extends Error {
  override readonly stack = ""
}

/** What was thrown, and where. */
export const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const at = /^\s+at .*$/m.exec(error.stack ?? "")?.[0].trim()
  return at === undefined ? error.message : `${error.message} (${at})`
}
