import { expect } from "@effect/vitest"
import pipeline from "../../examples/images-integers-masks/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("images-integers-masks", pipeline, {
  stopEvery: 6,
  training: { num_epochs: 2 },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.95)
  }
})
