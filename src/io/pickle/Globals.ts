import { t } from "../../language/Text.js"
import type { PickleBytes } from "./PickleBytes.js"

/** A class or function of Python, which a pickle names: never anything that runs. */
export class Global {
  constructor(readonly name: string) {}
}

/** What a pickle may name, and what is made of a call to it. */
export interface Allowed {
  /** Makes the value of a call to the global; undefined: it is not allowed. */
  readonly call: (global: string) => ((args: ReadonlyArray<unknown>) => unknown) | undefined
  /** Whether the global may be a value, without a call: an element type. */
  readonly value: (global: string) => boolean
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown
}

/** A value made by a call that later gets a state. */
export interface WithState {
  readonly setState: (state: unknown) => void
}

/** The global of these names, if it is allowed. */
export const named = (
  bytes: PickleBytes,
  allowed: Allowed,
  module: unknown,
  name: unknown
): Global => {
  if (typeof module !== "string" || typeof name !== "string") {
    return bytes.refuse("Damaged", t`names no global`)
  }
  const global = `${module}.${name}`
  return allowed.call(global) !== undefined || allowed.value(global)
    ? new Global(global)
    : forbidden(bytes, global)
}

/** The value of a call to a global, if it is allowed. */
export const called = (
  bytes: PickleBytes,
  allowed: Allowed,
  callable: unknown,
  args: unknown
): unknown => {
  if (!(callable instanceof Global) || !Array.isArray(args)) {
    return bytes.refuse("Damaged", t`calls what is no global`)
  }
  const made = allowed.call(callable.name)
  return made === undefined ? forbidden(bytes, callable.name) : (made(args) ?? null)
}

/** Gives an object its state: what is made of calls takes it if it has use for it. */
export const build = (target: unknown, state: unknown): void => {
  if (hasState(target)) target.setState(state)
}

const hasState = (value: unknown): value is WithState =>
  typeof value === "object" && value !== null && "setState" in value

const forbidden = (bytes: PickleBytes, name: string) =>
  bytes.refuse("Forbidden", t`names ${name}, which would run code of Python: nothing of it is run`)
