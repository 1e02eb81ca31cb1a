import { expect } from "@effect/vitest"
import pipeline from "../../examples/sample-and-class-weights/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("sample-and-class-weights", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: (outcome) => {
    // Without class weights, to call every part good is right nine times out of ten.
    expect(evaluated(outcome)["recall"]).toBeGreaterThan(0.6)
  }
})
