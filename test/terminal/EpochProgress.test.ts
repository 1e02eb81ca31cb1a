import { describe, expect, it } from "@effect/vitest"
import type { Event } from "../../src/events/Event.js"
import * as EpochProgress from "../../src/terminal/EpochProgress.js"
import { epoch, started, step } from "./sample.js"

/** The progress after these events, each at its time in milliseconds. */
const after = (...events: ReadonlyArray<readonly [number, Event]>): EpochProgress.EpochProgress =>
  events.reduce(
    (progress, [at, event]) => EpochProgress.advance(progress, event, at),
    EpochProgress.start(0)
  )

describe("EpochProgress.line", () => {
  it("measures speed from the start of the phase", () => {
    const progress = after([60_000, started], [61_000, step({})], [62_000, step({ step: 2 })])
    // 64 examples in 2 s; 2 of 4 steps left at 1 s each; 3 more epochs of 4 s.
    expect(EpochProgress.line(progress, 80, 62_000)).toBe(
      "epoch 2/5  [=========>          ]  2/4  loss 0.5000     32/s  ETA 0:02, run 0:14"
    )
  })

  it("counts only the observed part of an epoch", () => {
    const progress = after([0, started], [1000, step({ step: 4, steps: 10, examples: 8 })])
    expect(EpochProgress.line(progress, 120, 1000)).toContain(" 8/s  ETA 0:06, run 0:36")
  })

  it("starts again with each phase and epoch", () => {
    const validating = step({ phase: "validation", examples: 100 })
    const progress = after([0, started], [5000, step({})], [5500, validating])
    expect(EpochProgress.line(progress, 100, 5500)).toMatch(
      /^epoch 2\/5 {2}validating .* +200\/s {2}ETA 0:02$/
    )
  })

  it("estimates the run from complete epochs, if any", () => {
    const progress = after([0, started], [4000, epoch], [4500, step({})])
    // 3 steps of 0.5 s, 2.06 s beyond the steps of an epoch, then 3 epochs of 4.06 s as recorded.
    expect(EpochProgress.line(progress, 120, 4500)).toContain("ETA 0:02, run 0:16")
  })

  it("shows no epoch while testing", () => {
    const progress = after([0, started], [1000, step({ phase: "test", epoch: 6 })])
    expect(EpochProgress.line(progress, 80, 1000)).toMatch(/^testing {2}\[/)
  })

  it("is empty between epochs", () => {
    expect(EpochProgress.line(after([0, step({})], [1, epoch]), 80, 2)).toBe("")
  })

  it("stays within any width", () => {
    const progress = after([0, started], [1000, step({ loss: 123456.789 })])
    for (let width = 0; width <= 200; width++) {
      expect(EpochProgress.line(progress, width, 1000).length).toBeLessThanOrEqual(width)
    }
    expect(EpochProgress.line(progress, 36, 1000)).not.toContain("[")
    expect([56, 45, 36, 29, 10].map((width) => EpochProgress.line(progress, width, 1000))).toEqual([
      "epoch 2/5  1/4  loss 123456.7890     32/s  ETA 0:03",
      "epoch 2/5  1/4  loss 123456.7890  ETA 0:03",
      "epoch 2/5  1/4  loss 123456.7890",
      "epoch 2/5  loss 123456.7890",
      "epoch 2/5"
    ])
    expect(EpochProgress.line(progress, 80, 1000)).toContain("[")
  })

  it("shows a loss that is NaN", () => {
    expect(EpochProgress.line(after([0, step({ loss: Number.NaN })]), 80, 10)).toContain("loss NaN")
  })
})

describe("EpochProgress.bar", () => {
  it("fills from left to right", () => {
    expect([0, 0.25, 0.5, 0.99, 1, 7].map((share) => EpochProgress.bar(share, 10))).toEqual([
      "[        ]",
      "[=>      ]",
      "[===>    ]",
      "[======> ]",
      "[========]",
      "[========]"
    ])
  })
})

describe("EpochProgress.line of a stream of unknown length", () => {
  const endless = (more: Parameters<typeof step>[0] = {}) => step({ steps: null, ...more })

  it("counts steps, without a bar and an end", () => {
    const progress = after([0, started], [1000, endless({ step: 7 })])
    expect(EpochProgress.line(progress, 80, 1000)).toBe("epoch 2/5  7  loss 0.5000     32/s")
  })

  it("expects as many steps as the epoch before had", () => {
    const progress = after(
      [0, started],
      [1000, step({ step: 10, steps: 10 })],
      [1000, epoch],
      [2000, endless({ epoch: 3, step: 5 })]
    )
    expect(EpochProgress.line(progress, 80, 2000)).toMatch(/^epoch 3\/5 .*\] {3}5\/~10 .*ETA 0:05/)
  })
})

describe("EpochProgress.line of a run that waits for its data", () => {
  const measured = (wait: number) => ({
    measured: { global_step: 1, loss: 0.5, learning_rate: 1, data_wait_ms: wait, step_ms: 100 }
  })

  it("shows the share of the time from 5 % on", () => {
    const slow = after([0, started], [100, step(measured(23))])
    expect(EpochProgress.line(slow, 120, 100)).toContain("/s  data 23 %  ETA")
    const fast = after([0, started], [100, step(measured(4))])
    expect(EpochProgress.line(fast, 120, 100)).not.toContain("data")
  })
})
