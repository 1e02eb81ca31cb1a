import * as Either from "effect/Either"
import { nearest } from "../../config/Nearest.js"
import { t } from "../../language/Text.js"

/**
 * Which module of a file is which layer, by its beginning or by a full name: `features.0` to `conv_1`,
 * `module.encoder` to `encoder`. null leaves a module out; "" stands for all names.
 */
export type NameMap = Readonly<Record<string, string | null>>

/** The rule of the map whose beginning of a name is the longest. */
const ruleFor = (name: string, map: NameMap): string | undefined =>
  Object.keys(map)
    .filter((from) => from === "" || name === from || name.startsWith(`${from}.`))
    .sort((a, b) => b.length - a.length)[0]

/** What the map makes of the name of a module; undefined: nothing. */
export const mapped = (name: string, map: NameMap): string | null | undefined => {
  const from = ruleFor(name, map)
  if (from === undefined) return undefined
  const to = map[from]!
  if (to === null) return null
  const rest = name === from ? "" : name.slice(from === "" ? 0 : from.length + 1)
  return [to, rest].filter((part) => part !== "").join(".")
}

/** Fails where neither the modules of a file nor the layers of a model have a name of the map. */
export const checkMap = (
  map: NameMap,
  names: ReadonlyArray<string>,
  paths: ReadonlyArray<string>
): Either.Either<void, string> => {
  for (const [from, to] of Object.entries(map)) {
    const meant = names.filter((name) => ruleFor(name, map) === from)
    if (meant.length === 0) {
      const close = nearest(from, names)
      return Either.left(
        close === undefined
          ? t`the file has no module ${from}; it has ${listed(names)}`
          : t`the file has no module ${from}; did you mean ${close}?`
      )
    }
    if (to === null || meant.some((name) => paths.includes(mapped(name, map) ?? ""))) continue
    const close = nearest(to, paths)
    return Either.left(
      close === undefined
        ? t`the model has no layer ${to} for ${from}; it has ${listed(paths)}`
        : t`the model has no layer ${to} for ${from}; did you mean ${close}?`
    )
  }
  return Either.right(undefined)
}

const listed = (names: ReadonlyArray<string>): string =>
  names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "")
