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
    `${help.summary}.`,
    t`Usage: ${help.usage}`,
    section("Examples", help.examples),
    ...(help.arguments.length === 0 ? [] : [section("Arguments", help.arguments)]),
    section("Options", help.options),
    ...(help.signals === undefined ? [] : [section("Signals", help.signals)]),
    ...(help.notes === undefined ? [] : [help.notes])
  ].join("\n\n")

/** The help on the program: its commands, and an example of each. */
export const ofProgram = (
  summary: string,
  version: string,
  commands: Readonly<Record<string, Help>>
): string =>
  [
    t`holdfast ${version}\n${summary}.`,
    t`Usage: holdfast <command> …`,
    section(
      "Commands",
      Object.entries(commands).map(([name, help]) => [name, help.summary])
    ),
    section(
      "Examples",
      Object.values(commands).flatMap((help) => help.examples.slice(0, 1))
    ),
    section("Options", [
      ["--help, -h", t`this help; after a command, the help on it`],
      ["--version, -v", t`the version`]
    ])
  ].join("\n\n")

/** The names of a command's options, each with its two dashes. */
export const optionNames = (help: Help): ReadonlyArray<string> =>
  help.options.flatMap(([name]) => name.match(/--[a-z-]+/g) ?? [])

const section = (title: string, entries: ReadonlyArray<Entry>): string => {
  const width = Math.max(...entries.map(([name]) => name.length))
  // Long names, as examples have, leave their meaning a line of its own.
  const line =
    width > 30
      ? ([name, meaning]: Entry) => `  ${name}\n      ${meaning}`
      : ([name, meaning]: Entry) => `  ${name.padEnd(width)}  ${meaning}`
  return [`${title}:`, ...entries.map(line)].join("\n")
}
