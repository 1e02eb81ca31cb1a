import { t } from "../../language/Text.js"

/** A call of a function that a module exports. */
export interface Call {
  /** The URL of the module. */
  readonly module: string
  readonly function: string
  readonly argument: unknown
}

/** Has buffers of a result be moved to the main thread instead of copied; the thread loses them. */
export type Transfer = (...buffers: ReadonlyArray<ArrayBuffer>) => void

/** A function that threads call: of its argument alone, which it does not change. */
export type Work<in A, out B> = (argument: A, transfer: Transfer) => B | Promise<B>

/** Makes a call on this thread, which imports modules by `load`. */
export const call = async (
  { argument, function: name, module }: Call,
  transfer: Transfer,
  load: (url: string) => Promise<unknown>
): Promise<unknown> => {
  const exports = (await load(module)) as Readonly<Record<string, unknown>>
  const work = exports[name]
  if (typeof work !== "function") throw new NotExported(t`${name} is not exported as a function`)
  return (work as Work<unknown, unknown>)(argument, transfer)
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
