import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import pipeline from "../../examples/step-schedule/pipeline.js"
import { CheckpointStore } from "holdfast"
import { checkExactness, session, type Outcome } from "holdfast/testing"
import { configOf, testExample } from "./example.js"

/** Another config of the example. */
const fileConfig = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../examples/step-schedule/${name}.json`, import.meta.url), "utf8")
  ) as Record<string, Record<string, unknown>>

/** The learning rates of the epochs' records. */
const ratesIn = ({ events }: Outcome) =>
  events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record.learning_rate] : []))

testExample("step-schedule", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 3 },
  check: (outcome) => {
    // Ten steps an epoch: the record has the rate of the last, which is still warming up in the first.
    const expected = [9, 19, 29, 39, 49, 59].map(
      (step) => 0.03 * Math.sqrt(20 / Math.max(20, step)) * Math.min(1, (step + 1) / 16)
    )
    const rates = ratesIn(outcome)
    expect(rates.length).toBe(6)
    rates.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 12))
  }
})

describe("examples/step-schedule", () => {
  const config = configOf("step-schedule")
  const oneCycle = {
    ...config,
    training: { ...config["training"], num_epochs: 3, scheduler: "one_cycle", warmup_steps: 0 }
  }

  it.scopedLive("rises and falls with one_cycle, to far below the first rate", () =>
    Effect.gen(function* () {
      const outcome = yield* session(pipeline, { config: oneCycle, store: CheckpointStore.memory })
      const [first, second, last] = ratesIn(outcome)
      expect(first).toBeGreaterThan(second!)
      expect(last).toBeCloseTo(0.03 / 25 / 1e4, 12)
    })
  )

  it.scopedLive(
    "ends the same with cycles after a warm-up, to the bit, when it is interrupted",
    () =>
      Effect.gen(function* () {
        const cycles = fileConfig("cycles")
        const folder = cycles["training"]!["checkpoint_dir"] as string
        const shorter = { ...cycles, training: { ...cycles["training"], num_epochs: 3 } }
        const { different, stops } = yield* checkExactness(pipeline, {
          config: shorter,
          folder,
          stopEvery: 13
        })
        expect(stops.length).toBeGreaterThan(3)
        expect(different).toStrictEqual([])
      })
  )

  it.scopedLive("follows a table from epoch to epoch", () =>
    Effect.gen(function* () {
      const config = fileConfig("table")
      const outcome = yield* session(pipeline, { config, store: CheckpointStore.memory })
      const expected = [0.1, 0.55, 1, 0.7625, 0.525, 0.2875].map((factor) => 0.03 * factor)
      ratesIn(outcome).forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 12))
    })
  )

  it.scopedLive("ends the same with one_cycle, to the bit, when it is interrupted", () =>
    Effect.gen(function* () {
      const folder = config["training"]!["checkpoint_dir"] as string
      const { different, stops } = yield* checkExactness(pipeline, {
        config: oneCycle,
        folder,
        stopEvery: 13
      })
      expect(stops.length).toBeGreaterThan(3)
      expect(different).toStrictEqual([])
    })
  )
})
