import { expect } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import pipeline from "../../examples/table/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("table", pipeline, {
  stopEvery: 9,
  training: { num_epochs: 2 },
  data: { path: fileURLToPath(new URL("../../examples/table/flats.csv", import.meta.url)) },
  check: (outcome) => {
    // Rents are from 400 to 3,000; the noise alone has a mean of 20.
    expect(evaluated(outcome)["mae"]).toBeLessThan(60)
  }
})
