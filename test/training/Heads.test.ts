import { beforeAll, describe, expect, it } from "@effect/vitest"
import { Metric, Objective, type Dataset, type LabelledBatch } from "holdfast"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { layoutOf } from "../../src/data/Layout.js"
import {
  byClass,
  inputsOf,
  inputTensor,
  labelWeights,
  targetOf
} from "../../src/training/BatchTensors.js"
import { accumulatorsOf, headsOf, lossesOf, measure } from "../../src/training/Heads.js"
import { use } from "../backends/backends.js"
import { testBackend } from "../support/backend.js"

beforeAll(() => use(testBackend))

const none = { size: 0, batch: () => Effect.die("no examples") }
const splits = { name: "people", fingerprint: "", train: none, validation: none, test: none }

type People = LabelledBatch<
  { readonly face: Uint8Array; readonly words: Int32Array },
  { readonly age: Float32Array; readonly sex: Int32Array }
>
const people: Dataset<People> = {
  ...splits,
  inputs: {
    face: { shape: [2], dtype: "uint8", normalization: { scale: 1 / 255, offset: -0.5 } },
    words: { shape: [3], dtype: "int32" }
  },
  labels: {
    age: { shape: [], weighted: true },
    sex: { shape: [], classes: ["f", "m"] }
  }
}
const batch: People = {
  size: 2,
  inputs: { face: Uint8Array.of(0, 255, 51, 102), words: Int32Array.of(1, 2, 16777217, 4, 5, 6) },
  labels: { age: Float32Array.of(30, 50), sex: Int32Array.of(1, 0) },
  weights: { age: Float32Array.of(1, 3) }
}

const classes = ["a", "b", "c"]
const single: Dataset = {
  ...splits,
  inputShape: [1],
  labelShape: [2],
  classes,
  masked: true,
  weighted: true
}
const padded = {
  size: 2,
  inputs: Float32Array.of(0, 0),
  labels: Int32Array.of(0, -1, 1, 2),
  masks: Uint8Array.of(1, 0, 1, 1),
  weights: Float32Array.of(1, 0.5)
}
const softmax = (logits: ReadonlyArray<number>, label: number) =>
  Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label]!
const values = (tensor: tf.Tensor) => [...tensor.dataSync()]

describe("BatchTensors.inputTensor", () => {
  it("normalizes bytes to the nearest float32", () => {
    const field = layoutOf(people).inputs[0]!
    const tensor = inputTensor(batch.inputs.face, field, 2)
    expect([tensor.dtype, tensor.shape]).toStrictEqual(["float32", [2, 2]])
    expect(values(tensor)).toStrictEqual(
      [0, 255, 51, 102].map((x) => Math.fround(x * (1 / 255) - 0.5))
    )
  })

  it("normalizes integers that are no bytes", () => {
    const field = { shape: [], dtype: "int32", normalization: { scale: 0.1, offset: 1 } } as const
    expect(values(inputTensor(Int32Array.of(-3, 400), field, 2))).toStrictEqual(
      [-3, 400].map((x) => Math.fround(x * 0.1 + 1))
    )
  })

  it("leaves integers as integers", () => {
    const tensor = inputTensor(batch.inputs.words, layoutOf(people).inputs[1]!, 2)
    expect(tensor.dtype).toBe("int32")
    expect(values(tensor)).toStrictEqual([1, 2, 16777217, 4, 5, 6])
    const bytes = inputTensor(Uint8Array.of(7, 255), { shape: [], dtype: "uint8" }, 2)
    expect([bytes.dtype, ...values(bytes)]).toStrictEqual(["int32", 7, 255])
  })
})

describe("BatchTensors.inputsOf", () => {
  it("gives several inputs in the order in which the model takes them", () => {
    const names = ["words", "face"]
    const tensors = inputsOf(layoutOf(people).inputs, batch.inputs, 2, names)
    expect(tensors.map(({ dtype }) => dtype)).toStrictEqual(["int32", "float32"])
  })
})

describe("BatchTensors.labelWeights", () => {
  it("repeats the weight of an example for each of its labels and leaves out the masked", () => {
    expect(labelWeights(2, padded.weights, padded.masks, 4)).toStrictEqual(
      Float32Array.of(1, 0, 0.5, 0.5)
    )
    expect(labelWeights(2, undefined, padded.masks, 4)).toStrictEqual(Float32Array.of(1, 0, 1, 1))
    expect(labelWeights(2, undefined, undefined, 4)).toBeNull()
  })
})

describe("BatchTensors.byClass", () => {
  it("multiplies each weight by that of the label's class", () => {
    const labels = Int32Array.of(0, 2, 1)
    expect(byClass([1, 2, 4], labels, null)).toStrictEqual(Float32Array.of(1, 4, 2))
    expect(byClass([1, 2, 4], labels, Float32Array.of(1, 0.5, 0))).toStrictEqual(
      Float32Array.of(1, 2, 0)
    )
  })
})

describe("Heads of one output", () => {
  const output = () => tf.tensor([2, 0, 1, 9, 9, 9, 0, 1, 0, 3, 0, 0], [2, 2, 3]) as tf.Tensor
  const run = (objective: Objective.Objective) => {
    const heads = headsOf(objective, single, ["out"])
    const targets = heads.map((head) => targetOf(head, padded))
    const losses = lossesOf(heads, targets, [output()])
    return { losses, measured: measure(heads, targets, [output()], losses), targets }
  }

  it("means the losses by sample weights and masks: Σ w × loss / Σ w", () => {
    const { losses, measured, targets } = run(Objective.classification)
    const expected =
      (softmax([2, 0, 1], 0) + 0.5 * softmax([0, 1, 0], 1) + 0.5 * softmax([3, 0, 0], 2)) / 2
    expect(values(losses.total)[0]).toBeCloseTo(expected, 5)
    expect(targets[0]!.lossWeights!.sum).toBe(2)
    // Right: the first, and half of the second example.
    expect(values(measured["accuracy"]!)).toStrictEqual([1.5, 2])
  })

  it("multiplies them by class weights in the loss, not in the metrics", () => {
    const { losses, measured, targets } = run(
      Objective.withClassWeights(Objective.classification, [1, 2, 4])
    )
    const expected = (softmax([2, 0, 1], 0) + softmax([0, 1, 0], 1) + 2 * softmax([3, 0, 0], 2)) / 4
    expect(values(losses.total)[0]).toBeCloseTo(expected, 5)
    expect(targets[0]!.lossWeights!.sum).toBe(4)
    expect(values(measured["accuracy"]!)).toStrictEqual([1.5, 2])
  })

  it("has gradients of 0 where the mask is 0, and those of the weighted mean elsewhere", () => {
    const heads = headsOf(Objective.classification, single, ["out"])
    const targets = heads.map((head) => targetOf(head, padded))
    const gradient = values(tf.grad((x) => lossesOf(heads, targets, [x]).total)(output()))
    expect(gradient.slice(3, 6).map(Math.abs)).toStrictEqual([0, 0, 0])
    const sum = Math.exp(2) + 1 + Math.E
    expect(gradient[0]).toBeCloseTo((Math.exp(2) / sum - 1) / 2, 5)
    expect(gradient[1]).toBeCloseTo(1 / sum / 2, 5)
    const last = Math.exp(3) + 2
    expect(gradient[11]).toBeCloseTo(((1 / last - 1) * 0.5) / 2, 5)
  })

  it("has a loss of 0 and no weight for a batch of nothing but padding", () => {
    const heads = headsOf(Objective.classification, single, ["out"])
    const targets = heads.map((head) => targetOf(head, { ...padded, masks: new Uint8Array(4) }))
    const losses = lossesOf(heads, targets, [output()])
    expect([...values(losses.total), targets[0]!.lossWeights!.sum]).toStrictEqual([0, 0])
  })

  it.each([
    ["classification", Objective.classification, classes, [0, 2, 1, 2], [2, 2, 3]],
    ["binary", Objective.binary, ["a", "b"], [0, 1, 1, 0], [2, 2]],
    ["regression", Objective.regression, [], [0.5, 2, -1, 3], [2, 2]]
  ] as const)(
    "has with equal weights the loss of %s without",
    (_name, objective, names, labels, shape) => {
      const dataset: Dataset = { ...single, classes: names, masked: false }
      const count = shape.reduce<number>((a, b) => a * b, 1)
      const logits = tf.tensor(
        Array.from({ length: count }, (_, i) => Math.sin(i)),
        [...shape]
      )
      const loss = (of: Dataset, weights?: Float32Array) => {
        const heads = headsOf(objective, of, ["out"])
        const target = targetOf(heads[0]!, {
          size: 2,
          inputs: Float32Array.of(0, 0),
          labels: Float32Array.from(labels),
          ...(weights && { weights })
        })
        return values(lossesOf(heads, [target], [logits]).total)[0]!
      }
      expect(loss(dataset, Float32Array.of(2, 2))).toBeCloseTo(
        loss({ ...dataset, weighted: false }),
        5
      )
    }
  )
})

describe("Heads of several outputs", () => {
  const objective = Objective.multi(
    { sex: Objective.binary, age: Objective.regression },
    { weights: { age: 0.01 } }
  )
  const heads = headsOf(objective, people, ["age", "sex"])
  const outputs = () => [tf.tensor([32, 40], [2, 1]), tf.tensor([1, 1], [2, 1])]

  it("finds each output and label by its name", () => {
    expect(heads.map(({ field, output }) => [field.name, output])).toStrictEqual([
      ["sex", 1],
      ["age", 0]
    ])
  })

  it("adds the weighted losses and measures each output under its name", () => {
    const targets = heads.map((head) => targetOf(head, batch))
    const losses = lossesOf(heads, targets, outputs())
    const measured = measure(heads, targets, outputs(), losses)
    const age = (1 * 4 + 3 * 100) / 4
    const sex = (Math.log1p(Math.exp(-1)) + Math.log1p(Math.E)) / 2
    expect(values(losses.total)[0]).toBeCloseTo(sex + 0.01 * age, 4)
    expect(values(measured["age_loss"]!)).toStrictEqual([age, 4])
    expect(values(measured["sex_loss"]!)[0]).toBeCloseTo(sex, 5)
    expect(values(measured["age_mae"]!)).toStrictEqual([2 + 3 * 10, 4])
    expect(values(measured["sex_accuracy"]!)).toStrictEqual([1])
    expect(["loss", ...Object.keys(measured)].toSorted()).toStrictEqual(
      [...accumulatorsOf(objective).keys()].toSorted()
    )
  })
})

describe("accumulatorsOf", () => {
  it("accumulates what the metrics of a phase say, sums otherwise", () => {
    const f1 = Metric.f1()
    const objective = Objective.phases({
      name: "only",
      trains: "model",
      loss: () => ({ loss: tf.scalar(0) }),
      metrics: ["hits", f1]
    })
    const accumulators = accumulatorsOf(objective)
    expect([...accumulators.keys()]).toStrictEqual(["loss", "hits", "f1"])
    expect(accumulators.get("f1")).toBe(f1)
  })
})

describe("Objective.withMetrics", () => {
  it("refuses two metrics of one name", () => {
    const twice = () =>
      Objective.withMetrics(Objective.binary, Metric.f1(), Metric.f1({ average: 1 }))
    expect(twice).toThrow("two metrics are called f1")
    const named = Objective.withMetrics(Objective.binary, Metric.f1(), Metric.f1({ name: "other" }))
    expect(named.metrics.map(({ name }) => name)).toStrictEqual(["accuracy", "f1", "other"])
  })
})
