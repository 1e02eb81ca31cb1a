import { expect } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import pipeline from "../../examples/images/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("images", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  data: { root: fileURLToPath(new URL("../../examples/images/shapes", import.meta.url)) },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.9)
  }
})
