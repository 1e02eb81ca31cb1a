import { describe, expect, it } from "vitest"
import { secondsLeft } from "../../src/events/SecondsLeft.js"

const pace = {
  epochs: 10,
  finished: 0,
  steps: 100,
  step: 40,
  secondsPerStep: 0.5,
  epochSeconds: []
}

describe("secondsLeft", () => {
  it("goes by steps until an epoch has ended", () => {
    expect(secondsLeft(pace)).toEqual({ epoch: 30, run: 30 + 9 * 50 })
  })

  it("counts what an epoch takes beyond its steps", () => {
    // 100 steps of 0.5 s, and 10 s of validation.
    expect(secondsLeft({ ...pace, finished: 1, epochSeconds: [60] })).toEqual({
      epoch: 40,
      run: 40 + 8 * 60
    })
  })

  it("takes the median of the last five epochs", () => {
    const epochSeconds = [9999, 50, 60, 999, 50, 60]
    expect(secondsLeft({ ...pace, finished: 6, epochSeconds })!.run).toBe(40 + 3 * 60)
  })

  it("counts down while an epoch validates", () => {
    const validating = { ...pace, finished: 1, step: 100, epochSeconds: [60] }
    expect(secondsLeft({ ...validating, secondsSinceStep: 4 })!.epoch).toBe(6)
    expect(secondsLeft({ ...validating, secondsSinceStep: 400 })!.epoch).toBe(0)
  })

  it("goes by epochs where no step was seen", () => {
    const resumed = { ...pace, finished: 1, step: 50, secondsPerStep: null, epochSeconds: [60] }
    expect(secondsLeft(resumed)).toEqual({ epoch: 30, run: 30 + 8 * 60 })
  })

  it("is null where nothing is known, and 0 at the end", () => {
    expect(secondsLeft({ ...pace, secondsPerStep: null })).toBeNull()
    expect(secondsLeft({ ...pace, finished: 10, step: 0 })).toEqual({ epoch: 0, run: 0 })
  })
})
