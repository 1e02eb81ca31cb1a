import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Command } from "../../src/cli/Command.js"
import { Invocation } from "../../src/process/Invocation.js"
import { Inbox } from "../../src/process/Signals.js"
import { recorder } from "../terminal/sample.js"

/** What a command prints in this process, and the error that it fails with, if any. */
export const printed = (
  command: Command,
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
) =>
  Effect.gen(function* () {
    const output = yield* recorder
    const invocation = {
      argv: ["node", "holdfast", command.name, ...words],
      environment,
      script: ""
    }
    const result = yield* Effect.either(
      Effect.provide(
        command.run(words),
        Layer.mergeAll(output.layer, Layer.succeed(Invocation, invocation), new Inbox().layer)
      )
    )
    const text = (yield* output.written).map(([, line]) => line).join("")
    return { text, error: result._tag === "Left" ? result.left : null }
  })
