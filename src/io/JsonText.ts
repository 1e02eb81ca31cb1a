import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { t } from "../language/Text.js"
import * as JsonLimits from "./JsonLimits.js"

// JSON has no notation for these: JSON.stringify writes null, or 0.
const tag = "$number"
const isSpecial = (value: number) => !Number.isFinite(value) || Object.is(value, -0)

// Anything larger belongs in a tensor, or is an attempt to exhaust memory.
const maxDepth = 256
// Special numbers are written as an object with one value.
const limits = { depth: maxDepth + 2, values: 5_000_000 }

/** What JSON cannot represent in `value`: its path and kind; undefined if it can represent everything. */
const problem = (value: unknown, path: string, depth: number): string | undefined => {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return undefined
  if (depth > maxDepth) return t`${path}: more than ${maxDepth} levels deep`
  if (Array.isArray(value)) {
    return first(value.entries(), (key, item) => problem(item, `${path}[${key}]`, depth + 1))
  }
  if (!Predicate.isObject(value) || typeof value === "function") return `${path}: ${typeof value}`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    return t`${path}: an instance of ${value.constructor.name}`
  }
  if (Object.hasOwn(value, tag)) return t`${path}: an object with the key ${tag}`
  return first(Object.entries(value), (key, item) =>
    item === undefined ? undefined : problem(item, `${path}.${key}`, depth + 1)
  )
}

const first = <K>(
  entries: Iterable<[K, unknown]>,
  check: (key: K, item: unknown) => string | undefined
): string | undefined => {
  for (const [key, item] of entries) {
    const found = check(key, item)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * JSON text that `parse` turns into the same value, including NaN, the infinities and -0, which are
 * written as `{"$number": "NaN"}`. Left, naming the path, if the value contains something else than JSON
 * (a Map, a Date, a function); undefined properties are omitted.
 */
export const stringify = (value: unknown, path: string): Either.Either<string, string> => {
  const found = problem(value, path, 0)
  if (found !== undefined) return Either.left(found)
  const text = JSON.stringify(value, (_, item: unknown) =>
    typeof item === "number" && isSpecial(item)
      ? { [tag]: Object.is(item, -0) ? "-0" : String(item) }
      : item
  )
  const beyond = JsonLimits.beyond(text, limits)
  return beyond === undefined ? Either.right(text) : Either.left(`${path}: ${beyond}`)
}

/** The value of JSON text, whoever wrote it; left if `stringify` would not write it. */
export const parse = (text: string): Either.Either<unknown, string> => {
  const beyond = JsonLimits.beyond(text, limits)
  if (beyond !== undefined) return Either.left(beyond)
  return Either.try({
    // Inspecting every value takes several times as long as parsing.
    try: () =>
      !text.includes(tag)
        ? (JSON.parse(text) as unknown)
        : (JSON.parse(text, (_, item: unknown) =>
            Predicate.hasProperty(item, tag) && Object.keys(item).length === 1
              ? Number(item[tag])
              : item
          ) as unknown),
    catch: () => t`not JSON`
  })
}
