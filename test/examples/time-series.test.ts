import { expect } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import pipeline from "../../examples/time-series/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("time-series", pipeline, {
  stopEvery: 3,
  everywhere: { num_epochs: 3 },
  training: { num_epochs: 1, batch_size: 256 },
  data: {
    path: fileURLToPath(new URL("../../examples/time-series/bikes.csv", import.meta.url)),
    stride: 3
  },
  check: (outcome) => {
    const naive = outcome.events.flatMap((event) =>
      event._tag === "Result" ? [(event.value as { readonly mae: number }).mae] : []
    )
    expect(naive[0]).toBeCloseTo(50.83, 1)
    // Must beat the naive forecast, by far.
    expect(evaluated(outcome)["mae"]).toBeLessThan(0.9 * naive[0]!)
  }
})
