import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { stringify } from "../events/JsonLines.js"
import { Output } from "../terminal/Output.js"
import * as Argv from "./Argv.js"
import { commands } from "./Commands.js"
import * as ExitReport from "./ExitReport.js"
import * as Help from "./Help.js"
import { Invocation } from "../process/Invocation.js"
import { suggestPath } from "./NearestPath.js"
import { unknownCommand } from "./UsageError.js"

/** Does what the command line says; with `--json`, an error is also an event on standard output. */
export const main = Effect.gen(function* () {
  const { argv } = yield* Invocation
  const words = argv.slice(2)
  const [own] = Argv.split(words)
  const command = suggestPath(dispatch(words, own))
  return yield* own.includes("--json") ? Effect.tapErrorCause(command, reported) : command
}).pipe(Effect.withSpan("main"))

const dispatch = Effect.fnUntraced(function* (
  words: ReadonlyArray<string>,
  own: ReadonlyArray<string>
) {
  const { out } = yield* Output
  const [first, ...rest] = words
  const wantsHelp = own.includes("--help") || own.includes("-h")
  const command = commands.get(first === "--version" || first === "-v" ? "version" : (first ?? ""))
  if (command !== undefined) {
    return yield* wantsHelp ? out(Help.ofCommand(command)) : command.run(rest)
  }
  if (first === undefined || wantsHelp) return yield* out(Help.ofProgram(commands))
  return yield* unknownCommand(first, ["--help", "--version", ...commands.keys()])
})

/** Prints what made a command fail as an event; an interruption is one already. */
const reported = Effect.fnUntraced(function* (cause: Cause.Cause<unknown>) {
  const { out } = yield* Output
  const time = new Date(yield* Clock.currentTimeMillis).toISOString()
  const { code } = ExitReport.fromExit(Exit.failCause(cause), null)
  for (const error of ExitReport.toJson(cause)) {
    yield* out(`${stringify({ event: "Failed", time, code, ...error })}\n`)
  }
})
