import { expect } from "@effect/vitest"
import pipeline from "../../examples/custom-backend/pipeline.js"
import { testExample } from "./example.js"

testExample("custom-backend", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: ({ events }) => {
    expect(events).toContainEqual({
      _tag: "BackendChosen",
      backend: "profiler",
      reason: "it times the kernels of wasm",
      determinism: { holds: "Everywhere" }
    })
    const reports = events.filter(
      (event) => event._tag === "Notice" && /^\w+: \d+ calls, [\d.]+ ms$/.test(event.message)
    )
    expect(reports.length).toBe(5)
  }
})
