import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Objective } from "holdfast"
import { use } from "../backends/backends.js"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"
import { testBackends } from "../support/backend.js"

const { binary, classification, regression } = Objective
const L = tf.layers

const labelsOf = (labelShape: ReadonlyArray<number>, classes: ReadonlyArray<string>) => ({
  name: "data",
  labelShape,
  classes
})
const value = (scalar: tf.Scalar) => scalar.dataSync()[0]!
const measured = ({ metrics }: Objective.Objective, labels: tf.Tensor, output: tf.Tensor) =>
  metrics[0]!.measure(labels, output, null) as tf.Scalar
const softplus = (x: number) => Math.log1p(Math.exp(x))

describe.each(testBackends)("on %s", (backend) => {
  it("classification counts each position of an example", async () => {
    await use(backend)
    // Two examples of two positions in three classes: three of four are right.
    const labels = tf.tensor([0, 2, 1, 1], [2, 2], "int32")
    const output = tf.tensor([5, 0, 0, 0, 0, 5, 0, 5, 0, 5, 0, 0], [2, 2, 3])
    expect(value(measured(classification, labels, output))).toBe(1 + 0.5)
    const right = Math.log(Math.exp(5) + 2) - 5
    expect(value(classification.loss(labels, output))).toBeCloseTo((4 * right + 5) / 4, 5)
  })

  it("classification takes labels in a column for labels in a row", async () => {
    await use(backend)
    const labels = tf.tensor([0, 1, 1], [3, 1], "int32")
    const output = tf.tensor([1, 0, 0, 1, 1, 0], [3, 2])
    expect(value(measured(classification, labels, output))).toBe(2)
  })

  it.each([
    [[3, 0], "label 0 is 3, but there are 3 classes, from 0"],
    [[0, -1], "label 1 is -1, but there are 3 classes, from 0"]
  ])("classification refuses labels outside of the classes: %j", async (labels, message) => {
    await use(backend)
    const output = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3])
    expect(() => classification.loss(tf.tensor(labels, [2], "int32"), output)).toThrow(message)
  })

  it.each([[[4]], [[4, 1]]])("binary is sigmoid cross-entropy, for outputs %j", async (shape) => {
    await use(backend)
    const logits = [2, -1, 0.5, -3]
    const labels = tf.tensor([1, 1, 0, 0], [4], "int32")
    const expected = (softplus(-2) + softplus(1) + softplus(0.5) + softplus(-3)) / 4
    const output = tf.tensor(logits, shape)
    expect(value(binary.loss(labels, output))).toBeCloseTo(expected, 6)
    expect(value(measured(binary, labels, output))).toBe(2)
    const gradient = tf.grad((x) => binary.loss(labels, x))(output)
    expect(gradient.shape).toStrictEqual(shape)
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
    gradient
      .dataSync()
      .forEach((g, i) => expect(g).toBeCloseTo((sigmoid(logits[i]!) - (i < 2 ? 1 : 0)) / 4, 6))
    const [probability] = binary.predict(output).dataSync()
    expect(probability).toBeCloseTo(sigmoid(2), 6)
  })

  it("binary stays finite for logits that an exponential cannot hold", async () => {
    await use(backend)
    const loss = (label: number, logit: number) =>
      value(binary.loss(tf.tensor([label], [1], "int32"), tf.tensor([logit], [1, 1])))
    expect(loss(1, 1000)).toBe(0)
    expect(loss(0, 1000)).toBe(1000)
    expect(loss(1, -1000)).toBe(1000)
  })

  it("binary counts each of several properties", async () => {
    await use(backend)
    const labels = tf.tensor([1, 0, 1, 0], [2, 2], "int32")
    const output = tf.tensor([2, -2, -2, 2], [2, 2])
    expect(value(measured(binary, labels, output))).toBe(1)
  })

  it("regression compares a number with an output of one unit, and has the absolute error", async () => {
    await use(backend)
    const labels = tf.tensor([1, 2, 3], [3])
    const output = tf.tensor([1, 4, 0], [3, 1])
    expect(value(regression.loss(labels, output))).toBeCloseTo((4 + 9) / 3, 5)
    expect(value(measured(regression, labels, output))).toBeCloseTo(5, 5)
    const rows = tf.tensor([1, 2, 3, 4], [2, 2])
    expect(value(measured(regression, rows, tf.zeros([2, 2])))).toBeCloseTo(1.5 + 3.5, 5)
  })
})

describe("an objective refuses outputs that it cannot use", () => {
  const two = ["no", "yes"]
  it.each([
    [classification, [2], labelsOf([], two), null],
    [classification, [8, 8, 3], labelsOf([8, 8], ["a", "b", "c"]), null],
    [
      classification,
      [3],
      labelsOf([], []),
      "Objective.classification needs the names of the classes, but those of data are []. Name them in Dataset.classes; for labels that are quantities, use Objective.regression"
    ],
    [
      classification,
      [1],
      labelsOf([], two),
      "the model has one output for each label, but Objective.classification takes a logit for each class of data, 2 (no, yes). Use Objective.binary, which takes one logit, or give the last layer 2 units and no activation"
    ],
    [
      classification,
      [3],
      labelsOf([], two),
      "the model tells 3 classes apart, but data has 2 (no, yes). Give its last layer 2 units"
    ],
    [
      classification,
      [4, 4, 2],
      labelsOf([8, 8], two),
      "the model's outputs are of shape [4, 4, 2], but labels of shape [8, 8] in 2 classes take logits of shape [8, 8, 2]"
    ],
    [binary, [1], labelsOf([], two), null],
    [binary, [], labelsOf([], two), null],
    [binary, [3], labelsOf([3], ["a", "b", "c"]), null],
    [binary, [8, 8, 1], labelsOf([8, 8], two), null],
    [
      binary,
      [2],
      labelsOf([], two),
      "the model's outputs are of shape [2], but Objective.binary takes one logit for each label of data, whose shape is []. Give the last layer 1 unit and no activation"
    ],
    [
      binary,
      [1],
      labelsOf([], ["a", "b", "c"]),
      "Objective.binary tells two classes apart, but data has 3 (a, b, c). Name two in Dataset.classes, that of label 0 first; for more, use Objective.classification"
    ],
    [regression, [1], labelsOf([], []), null],
    [regression, [null, 2], labelsOf([5, 2], []), null],
    [
      regression,
      [2],
      labelsOf([], []),
      "the model's outputs are of shape [2], but the labels of data are of shape []; give them the same"
    ]
  ] as const)("$0.name: %#", (objective, output, labels, message) => {
    expect(objective.mismatch!(output, labels)).toBe(message)
  })
})

describe("a run", () => {
  const ending =
    (...layers: Array<tf.layers.Layer>) =>
    () =>
      tf.sequential({ layers: [L.dense({ units: 4, inputShape: [8] }), ...layers] })

  const runOf = Effect.fnUntraced(function* (
    model: ReturnType<typeof ending>,
    objective: Objective.Objective = classification
  ) {
    const folder = yield* temporaryFolder
    const outcome = yield* session({
      folder,
      pipeline: pipelineOf({ model, objective }),
      data: { classes: 2 },
      training: { num_epochs: 6 }
    })
    const { events, exit } = outcome
    const firstStep = events.findIndex(({ _tag }) => _tag === "StepFinished")
    const warnings = events.flatMap((event, i) =>
      event._tag === "Notice" && event.level === "warning" ? [{ message: event.message, i }] : []
    )
    return { events, exit, firstStep, warnings }
  })

  it.scopedLive("with one output for two classes is pointed to Objective.binary", () =>
    Effect.gen(function* () {
      const { exit } = yield* runOf(ending(L.dense({ units: 1, activation: "sigmoid" })))
      expect(`${Exit.isFailure(exit) && Cause.squash(exit.cause)}`).toContain(
        "Use Objective.binary"
      )
    })
  )

  it.scopedLive("trains by one logit, and measures its accuracy", () =>
    Effect.gen(function* () {
      const { events, warnings } = yield* runOf(ending(L.dense({ units: 1 })), binary)
      const [record] = events
        .flatMap((e) => (e._tag === "EpochFinished" ? [e.record] : []))
        .slice(-1)
      expect(record!["val_accuracy"]).toBeGreaterThan(0.8)
      expect(record!["val_accuracy"]).toBeLessThanOrEqual(1)
      expect(warnings).toStrictEqual([])
    })
  )

  it.scopedLive.each([
    ["a layer's activation", () => [L.dense({ units: 2, activation: "softmax", name: "end" })]],
    ["a layer of its own", () => [L.dense({ units: 2 }), L.softmax({ name: "end" })]],
    [
      "an activation layer",
      () => [L.dense({ units: 2 }), L.activation({ activation: "softmax", name: "end" })]
    ],
    [
      "the end of a model inside, reshaped",
      () => [
        tf.sequential({
          layers: [L.dense({ units: 2, activation: "softmax", inputShape: [4], name: "end" })]
        }),
        L.reshape({ targetShape: [2] })
      ]
    ]
  ] as const)("is warned once, before its first step, of softmax as %s", ([, layers]) =>
    Effect.gen(function* () {
      const { firstStep, warnings } = yield* runOf(ending(...layers()))
      expect(warnings).toHaveLength(1)
      expect(warnings[0]!.i).toBeLessThan(firstStep)
      expect(warnings[0]!.message).toBe(
        "the model ends in softmax (layer end), but Objective.classification takes logits and " +
          "applies softmax itself: with both, the gradients nearly vanish. Leave the activation out"
      )
    })
  )

  it.scopedLive("is warned of a sigmoid before Objective.binary", () =>
    Effect.gen(function* () {
      const end = L.dense({ units: 1, activation: "sigmoid", name: "end" })
      const { warnings } = yield* runOf(ending(end), binary)
      expect(warnings.map(({ message }) => message).join()).toContain(
        "ends in sigmoid (layer end), but Objective.binary takes logits"
      )
    })
  )
})
