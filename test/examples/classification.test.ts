import { expect } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import pipeline from "../../examples/classification/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("classification", pipeline, {
  stopEvery: 5,
  everywhere: { num_epochs: 4, batch_size: 128, learning_rate: 0.005 },
  training: { num_epochs: 1, batch_size: 256 },
  data: {
    path: fileURLToPath(new URL("../../examples/classification/census.csv", import.meta.url))
  },
  check: (outcome) => {
    // 77.4 % of the people earned less.
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.82)
    expect(evaluated(outcome)["auc"]).toBeGreaterThan(0.87)
  }
})
