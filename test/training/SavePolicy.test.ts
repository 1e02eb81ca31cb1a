import { describe, expect, it } from "@effect/vitest"
import type { EpochRecord } from "../../src/checkpointing/Checkpoint.js"
import * as SavePolicy from "../../src/training/SavePolicy.js"

const losses = (...values: ReadonlyArray<number>): ReadonlyArray<EpochRecord> =>
  values.map((val_loss, i) => ({ epoch: i + 1, learning_rate: 0.1, seconds: 1, val_loss }))

const training = {
  save_interval: 5,
  num_epochs: 20,
  keep_best: 1,
  keep_best_by: null,
  keep_every: null,
  on_divergence: { name: "stop", limit: 1e19 }
} as const

const best = { metric: "val_loss", mode: "min", value: 0.1, epoch: 2 } as const

const end: SavePolicy.EpochEnd = {
  epoch: 7,
  globalStep: 700,
  secondsSinceSave: 90,
  metrics: { val_loss: 0.25, val_accuracy: 0.8 },
  history: losses(0.5, 0.1, 0.2, 0.3, 0.3, 0.3),
  best,
  isStopped: false
}

describe("SavePolicy.dueAtEpochEnd", () => {
  it.each([
    { when: "between two intervals", latest: false },
    { when: "at an interval", at: { epoch: 10 }, latest: true },
    { when: "at the end", at: { epoch: 20 }, config: { save_interval: 7 }, latest: true },
    { when: "when stopped early", at: { isStopped: true }, latest: true },
    { when: "when best", at: { best: { ...best, epoch: 7 } }, latest: false, best: true },
    // What is to be kept must be saved first, whatever the interval.
    { when: "in an epoch of keep_every", config: { keep_every: 7 }, latest: true },
    { when: "in another", config: { keep_every: 3 }, latest: false },
    { when: "third best of three", config: { keep_best: 3 }, latest: true },
    { when: "third best of two", config: { keep_best: 2 }, latest: false },
    { when: "as good as the best before", at: { metrics: { val_loss: 0.1 } }, latest: false },
    { when: "without a value", config: { keep_best: 9 }, at: { metrics: {} }, latest: false },
    {
      when: "with NaN",
      config: { keep_best: 9 },
      at: { metrics: { val_loss: NaN } },
      latest: false
    },
    {
      when: "best by a metric that is not tracked",
      config: { keep_best_by: { metric: "val_accuracy", mode: "max" as const } },
      latest: true
    },
    {
      when: "where a diverged run returns to it",
      config: {
        on_divergence: { name: "restore" as const, factor: 0.5, max_restores: 3, limit: 1e19 }
      },
      latest: true
    },
    { when: "after 700 steps", config: { save_interval: "350 steps" }, latest: true },
    { when: "after 700 steps, by 400", config: { save_interval: "400 steps" }, latest: false },
    { when: "after 90 seconds", config: { save_interval: "1 minute" }, latest: true },
    { when: "after 90 of 120 seconds", config: { save_interval: "2 minutes" }, latest: false },
    { when: "by words for epochs", config: { save_interval: "7 epochs" }, latest: true },
    {
      when: "by the first of several",
      config: { save_interval: [5, "2 hours", "100 steps"] as const },
      latest: true
    },
    {
      when: "by none of several",
      config: { save_interval: [5, "2 hours"] as const },
      latest: false
    }
  ])("$when: latest $latest", ({ at = {}, best = false, config = {}, latest }) => {
    const due = SavePolicy.dueAtEpochEnd({ ...training, ...config }, { ...end, ...at })
    expect(due).toStrictEqual({ latest, best })
  })
})

describe("SavePolicy.isDueAfterStep", () => {
  it.each([
    { every: "500 steps", globalStep: 1000, secondsSinceSave: 0, due: true },
    { every: "500 steps", globalStep: 1001, secondsSinceSave: 9999, due: false },
    { every: "10 minutes", globalStep: 3, secondsSinceSave: 599, due: false },
    { every: "10 minutes", globalStep: 3, secondsSinceSave: 600, due: true },
    { every: "1 hour", globalStep: 3, secondsSinceSave: 3600, due: true },
    { every: 1, globalStep: 1000, secondsSinceSave: 9999, due: false },
    { every: "1 epoch", globalStep: 1000, secondsSinceSave: 9999, due: false }
  ])("every $every, step $globalStep, $secondsSinceSave s: $due", ({ due, every, ...moment }) => {
    expect(SavePolicy.isDueAfterStep(SavePolicy.intervals(every), moment)).toBe(due)
  })
})
