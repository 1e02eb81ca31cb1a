import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ExitReport from "../../src/cli/ExitReport.js"
import { main } from "../../src/cli/Main.js"
import { Invocation } from "../../src/process/Invocation.js"
import { Inbox } from "../../src/process/Signals.js"
import { recorder } from "../terminal/sample.js"
import type { Ended } from "./holdfast.js"

/**
 * What `holdfast` comes to, in this process: for what it prints. That it starts, and what a signal does to
 * it, only a process shows.
 */
export const inProcess = (
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Promise<Ended> =>
  Effect.gen(function* () {
    const output = yield* recorder
    const invocation = { argv: ["node", "holdfast", ...words], environment, script: "holdfast" }
    const exit = yield* Effect.exit(
      Effect.provide(
        main,
        Layer.mergeAll(output.layer, Layer.succeed(Invocation, invocation), new Inbox().layer)
      )
    )
    const { code, text } = ExitReport.fromExit(exit, null)
    const written = yield* output.written
    const to = (stream: "out" | "err") =>
      written.flatMap(([where, line]) => (where === stream ? [line] : [])).join("")
    return { code, out: to("out"), err: to("err") + (text === "" ? "" : `${text}\n`) }
  }).pipe(Effect.runPromise)
