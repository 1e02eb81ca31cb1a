import { expect } from "@effect/vitest"
import pipeline from "../../examples/ema/pipeline.js"
import { evaluated, recordsOf, testExample } from "./example.js"

testExample("ema", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: (outcome) => {
    const records = recordsOf(outcome)
    const best = Math.min(...records.map((record) => record["val_loss"]!))
    expect(records.at(-1)!["val_loss"]).toBeLessThan(records[0]!["val_loss"]!)
    const { epoch } = outcome.events.find((event) => event._tag === "Evaluated")!
    expect(epoch).toBe(records.find((record) => record["val_loss"] === best)!["epoch"])
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.85)
  }
})
