import { describe, expect, it } from "vitest"
import * as MetricDetail from "../../src/terminal/MetricDetail.js"

const text = (metric: string, value: unknown, all = true) =>
  MetricDetail.text(
    { _tag: "MetricDetail", phase: "validation", epoch: 1, global_step: 4, metric, value },
    all
  )
const classes = ["cat", "dog"]

describe("MetricDetail.text", () => {
  it("draws a confusion matrix with the names of the classes", () => {
    const counts = [
      [3, 1],
      [0, 0.25]
    ]
    expect(text("confusion_matrix", { classes, counts })!.split("\n")).toEqual([
      "confusion_matrix, labels by guesses:",
      "     cat  dog",
      "───  ───  ────",
      "cat  3    1",
      "dog  0    0.25"
    ])
  })

  it("draws the figures of each class", () => {
    const figures = { precision: [1, 0.5], recall: [0.75, 1], f1: [0.857143, 0.666667] }
    expect(text("per_class", { classes, ...figures, support: [4, 1] })!.split("\n")).toEqual([
      "per_class, figures of each class:",
      "class  precision  recall  F1     labels",
      "─────  ─────────  ──────  ─────  ──────",
      "cat    1.000      0.750   0.857  4",
      "dog    0.500      1.000   0.667  1"
    ])
  })

  it("names the five examples with the largest losses", () => {
    const example = (index: number) => ({
      index,
      name: `pets/${index}.png`,
      path: null,
      label: "cat",
      predicted: "dog",
      probability: 0.987654,
      label_probability: 0.012346,
      loss: index === 0 ? Infinity : 4.39442
    })
    const examples = Array.from({ length: 24 }, (_, i) => example(i))
    const lines = text("worst_examples", { split: "validation", classes, examples })!.split("\n")
    expect(lines).toHaveLength(8)
    expect(lines.slice(0, 5)).toEqual([
      "worst_examples, examples with the largest loss:",
      "example     label  predicted     loss",
      "──────────  ─────  ────────────  ────────",
      "pets/0.png  cat    dog (98.8 %)  Infinity",
      "pets/1.png  cat    dog (98.8 %)  4.39"
    ])
  })

  it("shows none of them unless asked, and none of more than 20 classes", () => {
    const many = Array.from({ length: 21 }, (_, i) => `${i}`)
    const counts = many.map(() => many.map(() => 0))
    expect(text("confusion_matrix", { classes: many, counts })).toBeNull()
    expect(text("confusion_matrix", { classes, counts: [[1]] }, false)).toBeNull()
    expect(text("custom", { anything: 1 })).toBeNull()
  })
})
