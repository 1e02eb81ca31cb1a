import { expect } from "@effect/vitest"
import pipeline from "../../examples/several-inputs-outputs/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("several-inputs-outputs", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: (outcome) => {
    const { events } = outcome
    const metrics = evaluated(outcome)
    expect(metrics["temperature_mae"]).toBeLessThan(3)
    expect(metrics["rain_accuracy"]).toBeGreaterThan(0.8)
    const [record] = events.flatMap((event) =>
      event._tag === "EpochFinished" ? [event.record] : []
    )
    expect(record!["val_loss"]).toBeCloseTo(
      0.02 * record!["val_temperature_loss"]! + record!["val_rain_loss"]!,
      4
    )
  }
})
