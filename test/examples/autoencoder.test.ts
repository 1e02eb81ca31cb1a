import { expect } from "@effect/vitest"
import pipeline from "../../examples/autoencoder/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("autoencoder", pipeline, {
  stopEvery: 3,
  everywhere: { num_epochs: 16, batch_size: 16 },
  training: { num_epochs: 1 },
  model: { units: 64 },
  data: { train: 160, validation: 32, test: 48 },
  check: (outcome) => {
    // Black images alone would be at 0.1, the mean of all images at 0.07.
    expect(evaluated(outcome)["loss"]).toBeLessThan(0.055)
  }
})
