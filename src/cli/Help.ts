import { displayWidth, padEnd } from "../terminal/Table.js"
import { t } from "../language/Text.js"
/** What a command is for, as `--help` tells it. Each entry is a name and what it means. */
export interface Help {
  readonly summary: string
  readonly usage: string
  readonly examples: ReadonlyArray<Entry>
  readonly arguments: ReadonlyArray<Entry>
  readonly options: ReadonlyArray<Entry>
  /** The signals that the command answers, where it does more than stop. */
  readonly signals?: ReadonlyArray<Entry>
  /** A sentence that nothing above has place for. */
  readonly notes?: string
}

type Entry = readonly [name: string, meaning: string]

/** The help on one command. */
export const ofCommand = (help: Help): string =>
  [
    t`${help.summary}.`,
    t`Usage: ${help.usage}`,
    section(t`Examples`, help.examples),
    ...(help.arguments.length === 0 ? [] : [section(t`Arguments`, help.arguments)]),
    section(t`Options`, help.options),
    ...(help.signals === undefined ? [] : [section(t`Signals`, help.signals)]),
    ...(help.notes === undefined ? [] : [wrap(help.notes, columns).join("\n")])
  ].join("\n\n")

/** The help on the program: its commands, and an example of each. */
export const ofProgram = (
  summary: string,
  version: string,
  commands: Readonly<Record<string, Help>>
): string =>
  [
    `holdfast ${version}\n${t`${summary}.`}`,
    t`Usage: holdfast <command> …`,
    section(
      t`Commands`,
      Object.entries(commands).map(([name, help]) => [name, help.summary])
    ),
    section(
      t`Examples`,
      Object.values(commands).flatMap((help) => help.examples.slice(0, 1))
    ),
    section(t`Options`, [
      ["--help, -h", t`this help; after a command, the help on it`],
      ["--version, -v", t`the version`]
    ])
  ].join("\n\n")

/** The names of a command's options, each with its two dashes. */
export const optionNames = (help: Help): ReadonlyArray<string> =>
  help.options.flatMap(([name]) => name.match(/--[a-z-]+/g) ?? [])

/** The most columns of a line. */
const columns = 80

const section = (title: string, entries: ReadonlyArray<Entry>): string => {
  const width = Math.max(...entries.map(([name]) => displayWidth(name)))
  // Long names, as examples have, leave their meaning a line of its own.
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
 * `text` in lines of at most `width` columns. Between wide characters, which Chinese has no spaces
 * between, a line ends anywhere but before a punctuation mark.
 */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const words = text.match(/ ?(?:[\p{Script=Han}（][，。；：、）]*|[^ \p{Script=Han}（]+)/gu) ?? []
  const lines = [""]
  for (const word of words) {
    const line = lines.pop()!
    if (displayWidth(line + word) <= width) lines.push(line + word)
    else lines.push(line, word.trimStart())
  }
  return lines
}
