import { expect } from "@effect/vitest"
import pipeline from "../../examples/metrics/pipeline.js"
import { evaluated, testExample } from "./example.js"

testExample("metrics", pipeline, {
  stopEvery: 5,
  training: { num_epochs: 2 },
  check: (outcome) => {
    const { events } = outcome
    const metrics = evaluated(outcome)
    for (const name of ["f1", "confusion", "auc"]) expect(metrics[name]).toBeGreaterThan(0.85)
    expect(metrics["confusion"]).toBeCloseTo(metrics["accuracy"]!, 12)
    const errors = events.flatMap((event) =>
      event._tag === "EpochFinished" ? [event.record["val_calibration_error"]!] : []
    )
    expect(errors.at(-1)).toBeLessThan(errors[0]!)
    const matrices = events.flatMap((event) =>
      event._tag === "MetricDetail" && event.metric === "confusion" ? [event] : []
    )
    // One for each epoch in training and in validation, and one for the test.
    expect(matrices.map(({ phase }) => phase)).toStrictEqual([
      ...Array.from({ length: 6 }, () => ["train", "validation"]).flat(),
      "test"
    ])
    const count = (matrix: unknown) => (matrix as ReadonlyArray<ReadonlyArray<number>>).flat()
    expect(count(matrices.at(-1)!.value).reduce((a, b) => a + b)).toBe(20)
  }
})
