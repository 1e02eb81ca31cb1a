import { t } from "../language/Text.js"
import { displayWidth, padEnd } from "../terminal/Table.js"
import type { Command, Entry, Parameter, Table } from "./Command.js"
import { version } from "../io/Version.js"

/** The help on one command. */
export const ofCommand = (command: Command): string =>
  page(
    t`${command.summary}.`,
    t`Usage: ${usage(command)}`,
    section(t`Examples`, command.examples),
    section(
      t`Arguments`,
      Object.entries(command.arguments).map(([name, { meaning }]) => [name, meaning])
    ),
    section(
      t`Options`,
      Object.entries(command.options).map(([name, { meaning, placeholder, short }]) => [
        name === "help"
          ? "--help, -h"
          : `--${name}${short === undefined ? "" : `, ${short}`} ${placeholder}`.trimEnd(),
        meaning
      ])
    ),
    command.listing === undefined ? "" : section(command.listing.title, command.listing.entries),
    section(t`Signals`, command.signals ?? []),
    wrap(command.notes ?? "", columns).join("\n")
  )

/** The help on the program: its commands, and an example of each. */
export const ofProgram = (commands: Table): string => {
  const all = [...commands.values()]
  return page(
    `holdfast ${version}\n${t`Training with TensorFlow.js that stops at any moment and resumes exactly.`}`,
    t`Usage: holdfast <command> …`,
    section(
      t`Commands`,
      all.map(({ name, summary }) => [name, summary])
    ),
    section(
      t`Examples`,
      all.flatMap(({ examples }) => examples.slice(0, 1))
    ),
    section(t`Options`, [
      ["--help, -h", t`show this help; after a command, the help on it`],
      ["--version, -v", t`print the version`]
    ])
  )
}

/** How a command is typed: `holdfast run [options] <pipeline> [args…]`. */
const usage = ({ name, arguments: parameters, options }: Command): string =>
  [
    `holdfast ${name}`,
    ...(Object.keys(options).length > 1 ? ["[options]"] : []),
    ...Object.entries(parameters).map(([argument, { kind }]) => shown(argument, kind))
  ].join(" ")

const shown = (name: string, kind: Parameter<unknown>["kind"]): string =>
  kind === "required" ? `<${name}>` : kind === "rest" ? `[${name}…]` : `[${name}]`

/** Paragraphs with an empty line between them; empty ones are left out. */
const page = (...paragraphs: ReadonlyArray<string>): string =>
  `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`

/** The longest line, in columns. */
const columns = 80

/** A heading and a list of names with their meanings; "" for an empty list. */
const section = (title: string, entries: ReadonlyArray<Entry>): string => {
  if (entries.length === 0) return ""
  const width = Math.max(...entries.map(([name]) => displayWidth(name)))
  // Next to long names, as those of examples, there is no room: the meaning gets its own line.
  const line =
    width > 30
      ? ([name, meaning]: Entry) => [`  ${name}`, ...indented(meaning, 6)].join("\n")
      : ([name, meaning]: Entry) =>
          `  ${padEnd(name, width)}  ${indented(meaning, width + 4)
            .join("\n")
            .trimStart()}`
  return [t`${title}:`, ...entries.map(line)].join("\n")
}

const indented = (text: string, indent: number): ReadonlyArray<string> =>
  wrap(text, columns - indent).map((line) => " ".repeat(indent) + line)

/**
 * `text` in lines of at most `width` columns. Chinese, which has no spaces, may break between any two
 * characters, and after its punctuation marks, but not before one.
 */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const words =
    text.match(
      / ?(?:[\p{Script=Han}（][，。；：、）]*|[^ \p{Script=Han}（，。；：、）]*[，。；：、）]+|[^ \p{Script=Han}（，。；：、）]+)/gu
    ) ?? []
  const lines = [""]
  for (const word of words) {
    const line = lines.pop()!
    if (displayWidth(line + word) <= width) lines.push(line + word)
    else lines.push(line, word.trimStart())
  }
  return lines
}
