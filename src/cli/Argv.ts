import { nearest } from "../config/Nearest.js"
import { t } from "../language/Text.js"
import type { Help } from "./Help.js"
import { optionNames } from "./Help.js"
import { UsageError } from "./UsageError.js"

/** The words of a command line before and after `--`, what follows being the pipeline's own. */
export const split = (
  words: ReadonlyArray<string>
): readonly [own: ReadonlyArray<string>, rest: ReadonlyArray<string>] => {
  const end = words.includes("--") ? words.indexOf("--") : words.length
  return [words.slice(0, end), words.slice(end)]
}

/** `--name=value` as two words, which the parser does not do where the value has an = too. */
export const separated = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [own, rest] = split(words)
  const pairs = own.flatMap((word) => {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? []
    return name === undefined || value === undefined ? [word] : [name, value]
  })
  return [...pairs, ...rest]
}

/**
 * What is wrong with the options among `words`, which `separated` has been through: the parser takes
 * an unknown one for an argument, and leaves out a repeated one that lacks its value.
 */
export const check = (
  command: string,
  help: Help,
  words: ReadonlyArray<string>
): UsageError | null => {
  const names = optionNames(help)
  const valued = help.options.flatMap(([name]) => /^(--[a-z-]+) [A-Z]/.exec(name)?.[1] ?? [])
  const [own] = split(words)
  const see = `holdfast ${command} --help`
  for (let i = 0; i < own.length; i++) {
    const word = own[i]!
    if (valued.includes(word)) {
      i++
      if (own[i] === undefined || names.includes(own[i]!)) {
        const found = t`${word} needs a value`
        return new UsageError({ reason: "Invalid", found, nearest: null, help: see })
      }
    } else if (word.startsWith("-") && !names.includes(word)) {
      return new UsageError({
        reason: "UnknownOption",
        found: word,
        nearest: nearest(word, names) ?? null,
        help: see
      })
    }
  }
  return null
}
