/**
 * Two stages that keep the main thread busy, each until the file that its argument names is there:
 * in JavaScript, or with the third argument "native" in a call from which JavaScript is not seen.
 */
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { existsSync, writeSync } from "node:fs"
import { CommandLine, Pipeline, Stage } from "holdfast"

const block = (name: string, argument: number) =>
  Stage.make(name, {
    description: "block the main thread",
    run: () =>
      Effect.gen(function* () {
        const { args } = yield* CommandLine
        const file = args[argument] ?? ""
        yield* Effect.addFinalizer(() => Effect.sync(() => writeSync(1, `released ${name}\n`)))
        // Past the event loop, which is blocked right after.
        writeSync(1, `blocking in ${name}\n`)
        if (args[2] === "native")
          execFileSync("sh", ["-c", `until [ -e '${file}' ]; do sleep 0.1; done`])
        while (!existsSync(file));
      })
  })

export default Pipeline.make("blocking", block("one", 0), block("two", 1))
