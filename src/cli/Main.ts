import * as Effect from "effect/Effect"
import { nearest } from "../config/Nearest.js"
import { Output } from "../observe/Output.js"
import { commands, isCommand, summary } from "./Commands.js"
import * as Help from "./Help.js"
import { Invocation } from "./Invocation.js"
import { Signals } from "./Signals.js"
import { UsageError } from "./UsageError.js"
import * as Words from "./Words.js"

/** Does what the command line says. Help comes at once: the parser is loaded for commands only. */
export const main = Effect.fn("main")(function* (version: string) {
  const { argv } = yield* Invocation
  const { out } = yield* Output
  const words = Words.separated(argv.slice(2))
  const [first = "--help"] = words
  const [own] = Words.split(words)
  const wantsHelp = own.includes("--help") || own.includes("-h")

  if (first === "--version" || first === "-v") return yield* out(`${version}\n`)
  if (isCommand(first)) {
    if (wantsHelp) return yield* out(`${Help.ofCommand(commands[first])}\n`)
    const wrong = Words.check(first, commands[first], words.slice(1))
    if (wrong !== null) return yield* wrong
    const { watch } = yield* Signals
    const [{ parse }] = yield* Effect.all([Effect.promise(() => import("./Parser.js")), watch], {
      concurrency: "unbounded"
    })
    return yield* parse([...argv.slice(0, 2), ...words])
  }
  if (first === "--help" || wantsHelp) {
    return yield* out(`${Help.ofProgram(summary, version, commands)}\n`)
  }
  return yield* new UsageError({
    reason: first.startsWith("-") ? "UnknownOption" : "UnknownCommand",
    found: first,
    nearest: nearest(first, ["--help", "--version", ...Object.keys(commands)]) ?? null,
    help: "holdfast --help"
  })
})
