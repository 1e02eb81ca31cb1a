import { expect } from "@effect/vitest"
import pipeline from "../../examples/arrays/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("arrays", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.9)
  }
})
