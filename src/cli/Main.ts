import * as Command from "@effect/cli/Command"
import * as CliConfig from "@effect/cli/CliConfig"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { stripVTControlCharacters } from "node:util"
import { nearest } from "../config/Nearest.js"
import { Output } from "../observe/Output.js"
import { inspect } from "./Inspect.js"
import { Invocation } from "./Invocation.js"
import { run } from "./Run.js"
import { show } from "./Show.js"
import type { Signals } from "./Signals.js"
import { UsageError } from "./UsageError.js"

const commands = { run, show, inspect }

const holdfast = Command.make("holdfast").pipe(
  Command.withDescription(
    "Training pipelines for TensorFlow.js that can be stopped, killed or unplugged at any moment " +
      "and go on from exactly where they were"
  ),
  Command.withSubcommands([run, show, inspect])
)

/** Does what the command line says. */
export const main = (options: {
  readonly version: string
  /** Whether standard output and error show colours. */
  readonly colours: boolean
}): Effect.Effect<void, unknown, Invocation | Signals> =>
  Effect.gen(function* () {
    const { argv } = yield* Invocation
    const [command] = argv.slice(2)
    if (command !== undefined && !command.startsWith("-") && !Object.hasOwn(commands, command)) {
      return yield* new UsageError({
        reason: "UnknownCommand",
        found: command,
        nearest: nearest(command, Object.keys(commands)) ?? null
      })
    }
    yield* Command.run(holdfast, {
      name: "holdfast",
      version: options.version,
      executable: "holdfast"
    })(separated(argv))
  }).pipe((effect) => (options.colours ? effect : withoutColours(effect)), Effect.provide(platform))

const platform = Layer.mergeAll(
  NodeFileSystem.layer,
  NodePath.layer,
  NodeTerminal.layer,
  Output.layer,
  CliConfig.layer({ showBuiltIns: false })
)

/** `--name=value` as two words, which the parser does not do where the value has an = too. */
export const separated = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length
  return argv.flatMap((word, i) => {
    const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? []
    return i < end && name !== undefined && value !== undefined ? [name, value] : [word]
  })
}

/** Help and errors of the command line's parser as plain text: it writes colours whatever comes. */
const withoutColours = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Console.consoleWith((console) =>
    Effect.withConsole(effect, {
      ...console,
      log: (...parts) => console.log(...parts.map(plain)),
      error: (...parts) => console.error(...parts.map(plain))
    })
  )

const plain = (part: unknown): unknown =>
  typeof part === "string" ? stripVTControlCharacters(part) : part
