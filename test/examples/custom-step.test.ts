import { expect } from "@effect/vitest"
import pipeline from "../../examples/custom-step/pipeline.js"
import { evaluated, recordsOf, testExample } from "./example.js"

testExample("custom-step", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.9)
    const records = recordsOf(outcome)
    expect(records.at(-1)!["train_distillation"]).toBeLessThan(records[0]!["train_distillation"]!)
  }
})
