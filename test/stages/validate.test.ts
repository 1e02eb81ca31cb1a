import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Observer, Run, Stages } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import { everyKernelRun } from "../training/everyKernelRun.js"
import { testBackend } from "../support/backend.js"

const weightsOf = (run: Run.Run) => run.model.getWeights().map((weight) => [...weight.dataSync()])

describe("validate", () => {
  it.scopedLive("logs val_loss and the metrics of the objective, and changes no weight", () =>
    Effect.gen(function* () {
      const run = yield* everyKernelRun({ steps: 1, epochs: 1 })
      const before = weightsOf(run)
      yield* Stages.validate.run(run)
      const metrics = yield* Run.metrics(run)
      expect(Object.keys(metrics).sort()).toStrictEqual(["val_accuracy", "val_loss"])
      expect(metrics["val_loss"]).toBeGreaterThan(0)
      expect(weightsOf(run)).toStrictEqual(before)
    }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))
  )
})
