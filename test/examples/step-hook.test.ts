import { expect } from "@effect/vitest"
import pipeline from "../../examples/step-hook/pipeline.js"
import { recordsOf, testExample } from "./example.js"

testExample("step-hook", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: (outcome) => {
    const { events } = outcome
    const records = recordsOf(outcome)
    const warnings = events.filter(
      (event) => event._tag === "Notice" && event.message.startsWith("the loss jumped")
    )
    expect(records.at(-1)!["spikes"]).toBe(warnings.length)
    expect(warnings.length).toBeGreaterThan(0)
    for (const record of records) expect(record["train_gradient_norm"]).toBeGreaterThan(0)
  }
})
