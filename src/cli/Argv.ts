import * as Either from "effect/Either"
import { nearest } from "../config/Nearest.js"
import { t } from "../language/Text.js"

/** The words of a command line before and from `--` on; what follows that is the pipeline's own. */
export const split = (
  words: ReadonlyArray<string>
): readonly [own: ReadonlyArray<string>, rest: ReadonlyArray<string>] => {
  const end = words.includes("--") ? words.indexOf("--") : words.length
  return [words.slice(0, end), words.slice(end)]
}

/** What a command line gives: arguments in order, and for each option that occurs its values. */
export interface Parsed {
  readonly arguments: ReadonlyArray<string>
  readonly options: Readonly<Record<string, ReadonlyArray<string>>>
}

/** What is wrong with a command line; `nearest` is the option that was probably meant. */
export type Problem =
  | { readonly _tag: "Invalid"; readonly message: string }
  | { readonly _tag: "UnknownOption"; readonly name: string; readonly nearest: string | null }

/**
 * Parses `words`. `options` says by name, dashes included, whether an option is a "flag", takes a
 * "value", or takes "values", one each time that it is given. Options and arguments come in any
 * order; after `--` every word is an argument.
 */
export const parse = (
  words: ReadonlyArray<string>,
  options: Readonly<Record<string, string>>
): Either.Either<Parsed, Problem> => {
  const [own, rest] = split(words)
  const given: Record<string, ReadonlyArray<string>> = {}
  const found: Array<string> = []
  const invalid = (message: string) => Either.left({ _tag: "Invalid", message } as const)

  for (let i = 0; i < own.length; i++) {
    const word = own[i]!
    const [, before, inline] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
    const name = before ?? word
    const kind = Object.hasOwn(options, name) ? options[name] : undefined
    if (kind === undefined) {
      if (!word.startsWith("-") || word === "-") {
        found.push(word)
        continue
      }
      const known = nearest(name, Object.keys(options)) ?? null
      return Either.left({ _tag: "UnknownOption", name, nearest: known })
    }
    if (kind === "flag") {
      if (inline !== undefined) return invalid(t`${name} takes no value`)
      given[name] = [name]
      continue
    }
    const value = inline ?? own[++i]
    if (value === undefined || (inline === undefined && Object.hasOwn(options, value))) {
      return invalid(t`${name} needs a value`)
    }
    const earlier = given[name] ?? []
    if (kind === "value" && earlier.length > 0) return invalid(t`${name} is given more than once`)
    given[name] = [...earlier, value]
  }
  return Either.right({ arguments: [...found, ...rest.slice(1)], options: given })
}
