import { describe, expect, it } from "@effect/vitest"
import { LossCurve } from "../../src/terminal/LossCurve.js"
import { epoch, started, step } from "./sample.js"

const size = { columns: 60, rows: 5, colors: false }

describe("LossCurve", () => {
  it("draws the losses of training and of validation by epoch", () => {
    const losses = new LossCurve()
    for (let at = 1; at <= 40; at++) {
      losses.add(step({ epoch: 1, step: at, steps: 40, loss: 2 - at / 40 }))
    }
    losses.add(step({ phase: "validation", epoch: 1, loss: 99 }))
    losses.add({ ...epoch, record: { ...epoch.record, epoch: 1, val_loss: 1.5 } })
    for (let at = 1; at <= 20; at++) {
      losses.add(step({ epoch: 2, step: at, steps: 40, loss: 1 - at / 40 }))
    }
    expect(`\n${losses.draw(size).join("\n")}\n`).toMatchSnapshot()
  })

  it("has nothing to draw before two steps, or without a finite loss", () => {
    const losses = new LossCurve()
    expect(losses.draw(size)).toEqual([])
    losses.add(step({ step: 1 }))
    losses.add(step({ step: 2, loss: NaN }))
    expect(losses.draw(size)).toEqual([])
  })

  it("keeps the ends and the course of a run of any length", () => {
    const losses = new LossCurve()
    const [steps, epochs] = [1000, 100]
    for (let at = 0; at < steps * epochs; at++) {
      const position = { epoch: 1 + Math.floor(at / steps), step: 1 + (at % steps), steps }
      losses.add(step({ ...position, loss: 10 + at / steps }))
    }
    const lines = losses.draw({ ...size, rows: 4 })
    expect(lines[0]).toMatch(/^100 ┤ {25,}.*training loss$/)
    expect(lines.at(-1)).toMatch(/^ +20 +40 +60 +80 +epoch$/)
  })

  it("begins with the epochs before a resumed run, and goes back with it", () => {
    const losses = new LossCurve()
    for (let at = 1; at <= 9; at++) losses.add(step({ step: at, steps: 9 }))
    losses.add({ ...started, steps_per_epoch: 10, history: [] })
    expect(losses.draw(size)).toEqual([])
    const record = { learning_rate: 1, seconds: 1 }
    const history = [1, 2, 3].map((epoch) => ({
      ...record,
      epoch,
      train_loss: 4 - epoch,
      val_loss: 2
    }))
    losses.add({ ...started, steps_per_epoch: 10, history })
    const before = losses.draw(size)
    expect(before.at(-1)).toMatch(/^ +1 +2 +3 epoch$/)
    losses.add(step({ epoch: 6, step: 5, steps: 10, loss: 1 }))
    expect(losses.draw(size).at(-1)).toMatch(/ 4 +epoch$/)
    losses.add({ _tag: "WentBack", path: "c", position: { epoch: 3, step: 0 }, global_step: 30 })
    expect(losses.draw(size)).toEqual(before)
  })
})
