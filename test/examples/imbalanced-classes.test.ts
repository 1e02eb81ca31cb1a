import { expect } from "@effect/vitest"
import pipeline from "../../examples/imbalanced-classes/pipeline.js"
import { evaluated, recordsOf, testExample } from "./example.js"

testExample("imbalanced-classes", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2, class_weights: "balanced" },
  check: (outcome) => {
    const records = recordsOf(outcome)
    const [best, last] = [Math.max(...records.map(({ val_f1 }) => val_f1!)), records.at(-1)!]
    // It has stopped early, and what is tested are the weights of the best epoch.
    expect(records.length).toBeLessThan(20)
    expect(last["val_f1"]).toBeLessThan(best)
    expect(evaluated(outcome)["edelweiss_recall"]).toBeGreaterThan(0.5)
    expect(evaluated(outcome)["top_2_accuracy"]).toBeGreaterThan(0.9)
    // Six steps of 16 of the 100 examples.
    const steps = outcome.events.filter(
      (event) => event._tag === "StepFinished" && event.phase === "train" && event.epoch === 1
    )
    expect(steps.length).toBe(6)
  }
})
