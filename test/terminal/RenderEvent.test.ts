import { describe, expect, it } from "@effect/vitest"
import * as RenderEvent from "../../src/terminal/RenderEvent.js"
import { epoch, epochLine } from "./sample.js"

describe("RenderEvent.epoch", () => {
  it("pairs the metrics of training and validation", () => {
    expect(RenderEvent.epoch(epoch)).toBe(epochLine)
    expect(RenderEvent.epoch({ ...epoch, is_best: true })).toBe(`${epochLine}  best`)
  })

  it("names the split of a metric that only one split has", () => {
    const record = { epoch: 1, learning_rate: 0.1, seconds: 1, train_loss: 2, val_accuracy: 0.5 }
    expect(RenderEvent.epoch({ ...epoch, record })).toBe(
      "epoch  1/12  train loss 2  val accuracy 50.0 %  lr 0.1  1.0 s"
    )
  })

  it("aligns the lines of epochs in 80 columns", () => {
    const record = { train_loss: 1.37, train_accuracy: 0.48, val_loss: 0.5, val_accuracy: 0.843 }
    const line = (epoch: number, more: Partial<typeof record>, is_best: boolean) =>
      RenderEvent.epoch({
        _tag: "EpochFinished",
        epochs: 25,
        is_best,
        global_step: 1,
        record: { epoch, learning_rate: 0.002 / epoch, seconds: 4 * epoch, ...record, ...more }
      })
    expect([line(1, {}, true), line(9, { train_loss: 0.0712, val_loss: 0.0313 }, false)]).toEqual([
      "epoch  1/25  loss 1.37/0.5       accuracy 48.0/84.3 %  lr 0.002     4.0 s   best",
      "epoch  9/25  loss 0.0712/0.0313  accuracy 48.0/84.3 %  lr 0.000222  36.0 s"
    ])
  })

  it("keeps every number in a narrow terminal", () => {
    const record = {
      epoch: 1000,
      learning_rate: 1.23456e-5,
      seconds: 754.3,
      train_loss: 1.23456e-7,
      train_accuracy: 0.99951,
      val_loss: 2.34567e-7,
      val_accuracy: 0.99949
    }
    for (const width of [0, 40, 80]) {
      expect(RenderEvent.epoch({ ...epoch, epochs: 1000, is_best: true, record }, width)).toBe(
        "epoch 1000/1000  loss 1.23e-7/2.35e-7  accuracy 100.0/99.9 %  lr 0.0000123  12 min 34 s  best"
      )
    }
  })

  it("shows NaN and infinities", () => {
    const record = { ...epoch.record, train_accuracy: Number.NaN, val_loss: Infinity }
    expect(RenderEvent.epoch({ ...epoch, record })).toContain(
      "loss 0.5/Infinity  accuracy NaN/87.5 %"
    )
  })
})

describe("RenderEvent.fromEvent", () => {
  const lines = (phase: "validation" | "test", value: unknown) =>
    RenderEvent.fromEvent(
      { _tag: "MetricDetail", phase, epoch: 1, global_step: 1, metric: "confusion", value },
      { again: "", command: "" },
      null
    )

  it("draws a matrix of the test split as a table", () => {
    const [line, ...rest] = lines("test", [
      [12345, 0.25],
      [0, 7]
    ])
    expect(rest).toStrictEqual([])
    expect(line!.text.split("\n")).toStrictEqual([
      "confusion, labels by guesses:",
      "   0      1",
      "─  ─────  ────",
      "0  12345  0.25",
      "1  0      7"
    ])
  })

  it("leaves other details, and those of each epoch, to observers", () => {
    expect(lines("validation", [[1]])).toStrictEqual([])
    expect(lines("test", [{ count: 1 }])).toStrictEqual([])
    expect(
      lines(
        "test",
        Array.from({ length: 21 }, () => [1])
      )
    ).toStrictEqual([])
  })
})
