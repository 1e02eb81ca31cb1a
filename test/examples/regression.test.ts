import { expect } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import pipeline from "../../examples/regression/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("regression", pipeline, {
  stopEvery: 5,
  everywhere: { num_epochs: 12 },
  training: { num_epochs: 2, batch_size: 64 },
  data: { path: fileURLToPath(new URL("../../examples/regression/cars.csv", import.meta.url)) },
  check: (outcome) => {
    // Those who guess the mean of all cars are wrong by 6.5 miles per gallon.
    expect(evaluated(outcome)["mae"]).toBeLessThan(2.6)
    expect(evaluated(outcome)["r2"]).toBeGreaterThan(0.8)
  }
})
