import { expect } from "@effect/vitest"
import pipeline from "../../examples/gan/pipeline.js"
import { recordsOf, testExample } from "./example.js"

testExample("gan", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: (outcome) => {
    const { events } = outcome
    const records = recordsOf(outcome)
    const last = records.at(-1)!
    expect(last["train_loss"]).toBeCloseTo(
      last["train_discriminator_loss"]! + last["train_generator_loss"]!,
      5
    )
    expect(last["val_real"]).toBeLessThanOrEqual(1)
    const result = events.find((event) => event._tag === "Result")!
    const radii = (result.value as Array<[number, number]>).map(([x, y]) => Math.hypot(x, y))
    const mean = radii.reduce((sum, radius) => sum + radius, 0) / radii.length
    // The ring's, where an untrained generator draws points around the middle.
    expect(mean).toBeGreaterThan(1.5)
    expect(mean).toBeLessThan(2.7)
  }
})
