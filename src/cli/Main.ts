import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { nearest } from "../config/Nearest.js"
import { t } from "../language/Text.js"
import { stringify } from "../events/JsonLines.js"
import { Output } from "../terminal/Output.js"
import { commands, isCommand, summary } from "./Commands.js"
import * as Completions from "./Completions.js"
import * as Help from "./Help.js"
import { Invocation } from "./Invocation.js"
import { suggestPath } from "./NearestPath.js"
import * as ExitReport from "./ExitReport.js"
import { Signals } from "./process/Signals.js"
import { UsageError } from "./UsageError.js"
import * as Argv from "./Argv.js"

/** Does what the command line says; with `--json`, an error is an event on standard output too. */
export const main = Effect.fn("main")(function* (version: string) {
  const { argv } = yield* Invocation
  const words = Argv.separated(argv.slice(2))
  const [own] = Argv.split(words)
  const command = suggestPath(dispatch(version, words))
  return yield* own.includes("--json") ? Effect.tapErrorCause(command, reported) : command
})

/** Help comes at once: the parser is loaded for the commands that work. */
const dispatch = Effect.fnUntraced(function* (version: string, words: ReadonlyArray<string>) {
  const { argv } = yield* Invocation
  const { out } = yield* Output
  const [first = "--help", second] = words
  const [own] = Argv.split(words)
  const wantsHelp = own.includes("--help") || own.includes("-h")
  const overview = `${Help.ofProgram(summary, version, commands)}\n`

  if (isCommand(first)) {
    if (wantsHelp) return yield* out(`${Help.ofCommand(commands[first])}\n`)
    const wrong = Argv.check(first, commands[first], words.slice(1))
    if (wrong !== null) return yield* wrong
  }
  switch (first) {
    case "--version":
    case "-v":
    case "version":
      return yield* out(`${version}\n`)
    case "help":
      if (second === undefined) return yield* out(overview)
      if (!isCommand(second)) return yield* unknown(second, Object.keys(commands))
      return yield* out(`${Help.ofCommand(commands[second])}\n`)
    case "completions":
      if (!Completions.isShell(second)) {
        return yield* new UsageError({
          reason: "Invalid",
          found: t`name one of the shells ${Completions.shells.join(", ")}${second === undefined ? "" : t`, not ${second}`}`,
          nearest: null,
          help: "holdfast completions --help"
        })
      }
      return yield* out(Completions.script(second, commands))
  }
  if (isCommand(first)) {
    const { watch } = yield* Signals
    const [{ parse }] = yield* Effect.all([Effect.promise(() => import("./Parser.js")), watch], {
      concurrency: "unbounded"
    })
    return yield* parse([...argv.slice(0, 2), ...words])
  }
  if (first === "--help" || wantsHelp) return yield* out(overview)
  return yield* unknown(first, ["--help", "--version", ...Object.keys(commands)])
})

const unknown = (found: string, known: ReadonlyArray<string>): UsageError =>
  new UsageError({
    reason: found.startsWith("-") ? "UnknownOption" : "UnknownCommand",
    found,
    nearest: nearest(found, known) ?? null,
    help: "holdfast --help"
  })

/** Prints what made a command fail as an event; a signal that stops it is one already. */
const reported = Effect.fnUntraced(function* (cause: Cause.Cause<unknown>) {
  const { out } = yield* Output
  const time = new Date(yield* Clock.currentTimeMillis).toISOString()
  const { code } = ExitReport.fromExit(Exit.failCause(cause), null)
  for (const error of ExitReport.toJson(cause)) {
    yield* out(`${stringify({ event: "Failed", time, code, ...error })}\n`)
  }
})
