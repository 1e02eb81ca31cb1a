import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { session } from "holdfast/testing"
import pipeline from "../../examples/second-pipeline/pipeline.js"
import predict from "../../examples/second-pipeline/predict.js"
import { temporaryFolder } from "../support/session.js"
import { configOf, evaluated, testExample } from "./example.js"

testExample("second-pipeline", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.8)
  }
})

describe("examples/second-pipeline", () => {
  it.scopedLive("predicts with what the first pipeline has saved", () =>
    Effect.gen(function* () {
      const example = configOf("second-pipeline")
      const checkpoint_dir = `${yield* temporaryFolder}/checkpoints`
      const config = { ...example, training: { ...example["training"], checkpoint_dir } }
      yield* session(pipeline, { config })
      const { exit } = yield* session(predict, { config })
      const counts = Exit.getOrElse(exit, () => [])
      expect(counts.flat().reduce((sum, count) => sum + count, 0)).toBe(20)
      const right = counts.reduce((sum, row, i) => sum + row[i]!, 0)
      expect(right).toBeGreaterThan(16)
    })
  )
})
