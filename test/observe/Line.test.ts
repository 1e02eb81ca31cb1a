import { describe, expect, it } from "@effect/vitest"
import * as Line from "../../src/observe/Line.js"
import { epoch, epochLine } from "./sample.js"

describe("Line.epoch", () => {
  it("puts what was measured in training and in validation together", () => {
    expect(Line.epoch(epoch)).toBe(epochLine)
    expect(Line.epoch({ ...epoch, isBest: true })).toBe(`${epochLine}  best`)
  })

  it("names the split of a metric that only one has", () => {
    const record = { epoch: 1, learning_rate: 0.1, seconds: 1, train_loss: 2, val_accuracy: 0.5 }
    expect(Line.epoch({ ...epoch, record })).toBe(
      "epoch  1/12  train loss 2  val accuracy 50.0 %  lr 0.1  1.0 s"
    )
  })

  it("fits 80 columns with long numbers, and keeps what matters", () => {
    const record = {
      epoch: 1000,
      learning_rate: 1.23456e-5,
      seconds: 754.3,
      train_loss: 1.23456e-7,
      train_accuracy: 0.99951,
      val_loss: 2.34567e-7,
      val_accuracy: 0.99949
    }
    const long = { ...epoch, epochs: 1000, isBest: true, record }
    expect(Line.epoch(long, 80)).toBe(
      "epoch 1000/1000  loss 1.23e-7/2.35e-7  accuracy 100.0/99.9 %  12 min 34 s  best"
    )
    const more = { ...record, train_top_5_accuracy: 1, val_top_5_accuracy: 1, margin: 0.123456 }
    const shown = Line.epoch({ ...long, record: more }, 80)
    expect(shown.length).toBeLessThanOrEqual(80)
    expect(shown).toContain("loss 1.23e-7/2.35e-7")
    for (let width = 0; width < 120; width++) {
      expect(Line.epoch({ ...long, record: more }, width).length).toBeLessThanOrEqual(width)
    }
  })

  it("shows what is no number", () => {
    const record = { ...epoch.record, train_accuracy: Number.NaN, val_loss: Infinity }
    expect(Line.epoch({ ...epoch, record })).toContain("loss 0.5/Infinity  accuracy NaN/87.5 %")
  })
})
