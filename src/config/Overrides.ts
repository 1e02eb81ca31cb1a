import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { t } from "../language/Text.js"
import { ConfigError } from "./ConfigError.js"

/** One field of the configuration set from the command line. */
export interface Override {
  readonly path: ReadonlyArray<string>
  readonly value: unknown
}

/**
 * Reads `training.num_epochs=150`: the value is JSON if it can be read as that, else a string.
 *
 * Fails with `BadOverride` where there is no path or no `=`.
 */
export const parse = (text: string): Either.Either<Override, ConfigError> => {
  const equals = text.indexOf("=")
  if (text.trim() === "") return bad(text, t`it is empty`)
  if (equals < 0) return bad(text, t`there is no =`)
  return make(text.slice(0, equals).trim(), parseValue(text.slice(equals + 1)), text)
}

/** An override of the field at `path`, its names joined by dots. */
export const make = (
  path: string,
  value: unknown,
  text = path
): Either.Either<Override, ConfigError> => {
  const names = path.split(".")
  return names.includes("")
    ? bad(text, t`the path before = has an empty name`)
    : Either.right({ path: names, value })
}

/**
 * Sets each override in `json`, the later ones last, making the objects on the way to it. What is
 * no object stays as it is.
 */
export const apply = (json: unknown, overrides: ReadonlyArray<Override>): unknown =>
  Predicate.isRecord(json)
    ? overrides.reduce<unknown>((result, { path, value }) => set(result, path, value), json)
    : json

/** Whether the value at `path` (joined by dots), or something on the way to it, is from an override. */
export const reaches = (overrides: ReadonlyArray<Override>, path: string): boolean =>
  overrides.some((override) => {
    const own = override.path.join(".")
    return `${path}.`.startsWith(`${own}.`) || (path !== "" && own.startsWith(`${path}.`))
  })

const set = (json: unknown, path: ReadonlyArray<string>, value: unknown): unknown => {
  const [name, ...rest] = path
  if (name === undefined) return value
  const object = Predicate.isRecord(json) ? json : {}
  return {
    ...object,
    [name]: set(Object.hasOwn(object, name) ? object[name] : undefined, rest, value)
  }
}

const parseValue = (text: string): unknown =>
  Either.getOrElse(
    Either.try((): unknown => JSON.parse(text)),
    () => text
  )

const bad = (text: string, detail: string): Either.Either<never, ConfigError> =>
  Either.left(new ConfigError({ reason: { _tag: "BadOverride", text, detail } }))
