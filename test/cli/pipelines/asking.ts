/** Asks whether to resume, and prints the answer. */
import * as Effect from "effect/Effect"
import { emit, Pipeline, Resumption, Stage } from "holdfast"

const ask = Stage.make("ask", {
  description: "ask about an earlier run",
  run: () =>
    Effect.gen(function* () {
      const { ask, terminal } = yield* Resumption
      const message = terminal
        ? `answered ${yield* ask({
            path: "earlier.safetensors",
            epoch: 3,
            step: 12,
            bestValLoss: 0.25,
            savedAt: "2026-03-01T09:05:07Z"
          })}`
        : "nobody to ask"
      yield* emit({ _tag: "Notice", level: "info", message })
    })
})

export default Pipeline.make("asking", ask)
