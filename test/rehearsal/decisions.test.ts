import { describe, expect, it } from "@effect/vitest"
import {
  isFull,
  isSlower,
  smallestFast,
  type TriedSize
} from "../../src/rehearsal/findBatchSize.js"
import { estimate, type Timed } from "../../src/rehearsal/dryRun.js"
import { isOver, smooth, suggest } from "../../src/rehearsal/findLearningRate.js"
import { Random } from "holdfast"
import type { Event } from "holdfast"

const rates = Array.from({ length: 100 }, (_, i) => 1e-7 * 10 ** ((8 * i) / 99))
/** Flat, falling around 1e-3, and rising from 0.3 on. */
const curve = (rate: number) => 2.3 - 2 / (1 + (1e-3 / rate) ** 2) + (rate > 0.3 ? 20 * rate : 0)

describe("suggest", () => {
  it("suggests the rate where the loss falls most steeply", () => {
    const { lowest, suggestion } = suggest(rates, rates.map(curve))!
    expect(suggestion).toBeGreaterThan(5e-4)
    expect(suggestion).toBeLessThan(2e-3)
    expect(lowest).toBeGreaterThan(1e-2)
  })

  it("is led by the curve, not by noise", () => {
    const draw = Random.generator(Random.make(1), "noise")
    const noisy = rates.map((rate) => curve(rate) + 0.3 * (draw() - 0.5))
    const { suggestion } = suggest(rates, noisy)!
    expect(suggestion).toBeGreaterThan(2e-4)
    expect(suggestion).toBeLessThan(5e-3)
  })

  it("suggests nothing where the loss is flat, rises, or is no number", () => {
    const draw = Random.generator(Random.make(1), "noise")
    expect(
      suggest(
        rates,
        rates.map(() => 2.3 + 0.2 * (draw() - 0.5))
      )
    ).toBeNull()
    expect(
      suggest(
        rates,
        rates.map((_, i) => 2 + i / 10)
      )
    ).toBeNull()
    expect(suggest(rates, [NaN])).toBeNull()
  })

  it("looks only at what comes before the first loss that is no number", () => {
    const losses = [...rates.slice(0, 80).map(curve), NaN, 1]
    expect(suggest(rates, losses)!.tried.length).toBe(80)
  })
})

describe("smooth", () => {
  it("keeps lines as they are, to their ends", () => {
    const line = Array.from({ length: 40 }, (_, i) => 3 - i / 10)
    smooth(line).forEach((value, i) => expect(value).toBeCloseTo(line[i]!, 12))
  })
})

describe("isOver", () => {
  it("ends the search where the loss is no number or four times the lowest", () => {
    expect(isOver([])).toBe(false)
    expect(isOver([2, 1, 0.5, 0.5, 1])).toBe(false)
    expect(isOver([2, 1, 0.5, 0.5, 0.5, 9, 9, 9])).toBe(true)
    expect(isOver([2, NaN])).toBe(true)
  })
})

const sizes = (...speeds: ReadonlyArray<number>): ReadonlyArray<TriedSize> =>
  speeds.map((examplesPerSecond, i) => ({
    size: 8 * 2 ** i,
    milliseconds: 1,
    examplesPerSecond,
    memory: 1e8
  }))

describe("findBatchSize", () => {
  it("takes the smallest size that is about as fast as the fastest", () => {
    expect(smallestFast(sizes(100, 180, 290, 300, 295))).toBe(32)
    expect(smallestFast(sizes(300, 200))).toBe(8)
  })

  it("stops when two sizes in a row are slower, or the next would not fit", () => {
    expect(isSlower(sizes(100, 200, 150))).toBe(false)
    expect(isSlower(sizes(100, 200, 150, 160))).toBe(true)
    expect(isFull(1e9, 2e9, 4e9)).toBe(false)
    expect(isFull(1e9, 3e9, 4e9)).toBe(true)
    expect(isFull(2e9, 1e9, 1e6)).toBe(false)
  })
})

describe("estimate", () => {
  it("multiplies the shortest step of each part", () => {
    const step = (phase: "train" | "validation") => ({ _tag: "StepFinished", phase }) as Event
    const events: ReadonlyArray<Timed> = [
      { at: 0, event: { _tag: "RunStarted", from: { path: "x", epoch: 0, step: 1 } } as Event },
      { at: 90, event: step("train") },
      { at: 110, event: step("train") },
      { at: 115, event: step("validation") },
      { at: 120, event: { _tag: "CheckpointSaved", name: "latest", bytes: 1000 } as Event },
      { at: 121, event: { _tag: "CheckpointSaved", name: "best", bytes: 900 } as Event }
    ]
    const facts = {
      sizes: { train: 100, validation: 33, test: 5 },
      training: {
        batch_size: 16,
        drop_last: true,
        keep_best: 2,
        keep_every: 4,
        keep_last: 3,
        num_epochs: 10,
        checkpoint_dir: "here"
      }
    }
    expect(estimate(facts as never, events, 5e8)).toStrictEqual({
      epochs: 10,
      stepsPerEpoch: 6,
      resumedAt: { epoch: 0, step: 1 },
      milliseconds: { train: 20, validation: 5, test: null },
      seconds: { train: 1.2, validation: 0.15, test: 0, total: 1.2 + 0.15 },
      memory: 5e8,
      checkpoint: { bytes: 1000, kept: 3 + 2 + 2, folder: "here" }
    })
  })
})
