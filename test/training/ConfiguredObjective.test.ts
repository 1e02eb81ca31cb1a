import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { Config, Metric, Objective, type Dataset } from "holdfast"
import { blobs } from "holdfast/testing"
import * as tf from "holdfast/tf"
import { configured, configuredByData } from "../../src/training/ConfiguredObjective.js"
import { use } from "../backends/backends.js"
import { testBackend } from "../support/backend.js"

const training = (fields: object): Config.Training =>
  Schema.decodeUnknownSync(Config.Training)({
    num_epochs: 1,
    batch_size: 16,
    learning_rate: 0.1,
    seed: 1,
    ...fields
  })

const messageOf = (objective: Objective.AnyObjective, fields: object) =>
  Either.match(configured(objective, training(fields)), {
    onLeft: ({ message }) => message,
    onRight: () => null
  })

const multi = Objective.multi({ age: Objective.regression, sex: Objective.binary })
const phased = Objective.phases({
  name: "own",
  trains: () => true,
  loss: () => ({ loss: tf.scalar(0) })
})

describe("configured", () => {
  it("adds the metrics that the config names, and leaves those that the objective has", () => {
    const objective = Either.getOrThrow(
      configured(
        Objective.classification,
        training({
          metrics: [
            "accuracy",
            "f1",
            { name: "top_k", k: 2 },
            { name: "f1", average: "micro", as: "micro" }
          ]
        })
      )
    ) as Objective.Objective
    const names = objective.metrics.map(({ name }) => name)
    expect(names).toEqual(["accuracy", "f1", "top_2_accuracy", "micro"])
    const several = Either.getOrThrow(
      configured(multi, training({ metrics: { age: ["r2"], sex: ["auc", "eer"] } }))
    ) as Objective.MultiObjective
    expect(several.outputs["age"]!.metrics.map(({ name }) => name)).toEqual(["mae", "r2"])
    expect(several.outputs["sex"]!.metrics.map(({ name }) => name)).toEqual([
      "accuracy",
      "auc",
      "eer"
    ])
  })

  it.each([
    [
      Objective.regression,
      { metrics: ["f1"] },
      "the metric f1 is for Objective.binary and Objective.classification, and this is Objective.regression"
    ],
    [Objective.classification, { metrics: ["f1", "f1"] }, "two metrics are called f1"],
    [
      Objective.classification,
      { metrics: { out: ["f1"] } },
      "the model has one output without a name; give a list"
    ],
    [multi, { metrics: ["f1"] }, 'give a list for each by its name: {"age":["f1"]}'],
    [
      multi,
      { metrics: { height: ["r2"] } },
      "there is no output height; the objective has age, sex"
    ],
    [multi, { class_weights: "balanced" }, "weight the classes of one in code"],
    [
      Objective.regression,
      { label_smoothing: 0.1 },
      "training.label_smoothing is 0.1: it is for labels that are classes"
    ],
    [
      phased,
      { mixup: 0.2 },
      "training.mixup is 0.2: the phases of the objective compute their losses"
    ],
    [phased, { metrics: ["f1"] }, "the phases of the objective compute"]
  ] as ReadonlyArray<[Objective.AnyObjective, object, string]>)(
    "refuses what the objective has no use for",
    (objective, fields, message) => {
      expect(messageOf(objective, fields)).toContain(message)
    }
  )

  it("leaves phases as they are where nothing is asked of them", () => {
    expect(Either.getOrThrow(configured(phased, training({})))).toBe(phased)
  })
})

describe("configuredByData", () => {
  const byData = (fields: object, change: Partial<Dataset> = {}) =>
    Effect.flatMap(blobs({ data: { size: 10, classes: 3, seed: 1 } }), (dataset) =>
      configuredByData(Objective.classification, training(fields), {
        ...dataset,
        ...change
      } as Dataset)
    )
  const weightsOf = (fields: object) =>
    Effect.map(byData(fields), (objective) => (objective as Objective.Objective).classWeights)

  it.effect("takes class weights as a list, by the names of classes, and balanced", () =>
    Effect.gen(function* () {
      expect(yield* weightsOf({ class_weights: [1, 2, 3] })).toEqual([1, 2, 3])
      expect(yield* weightsOf({ class_weights: { "corner-1": 4 } })).toEqual([1, 4, 1])
      // Labels 0, 1, 2, 0, … of ten examples.
      expect(yield* weightsOf({ class_weights: "balanced" })).toEqual([10 / 12, 10 / 9, 10 / 9])
      expect(yield* weightsOf({})).toBeUndefined()
    })
  )

  it.effect.each([
    [{ class_weights: [1, 2] }, {}, "there are 3 classes: corner-0, corner-1, corner-2"],
    [{ class_weights: { cat: 1 } }, {}, "there is no class cat; the data has corner-0"],
    [{ class_weights: "balanced" }, { classes: [] }, "the labels are no classes"],
    [{ drop_last: true }, {}, "there are 10 training examples, and training.batch_size is 16"],
    [{ mixup: 0.2 }, { inputType: "int32" }, "holds integers, which cannot be mixed"],
    [{ sampler: "class_balanced" }, { labelShape: [4] }, "it needs one label for each example"]
  ] as ReadonlyArray<[object, Partial<Dataset>, string]>)(
    "refuses what the data has no use for",
    ([fields, change, message]) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(byData(fields, change))
        expect(error.message).toContain(message)
      })
  )
})

describe("Objective.withLabelSmoothing", () => {
  beforeAll(() => use(testBackend))
  const logits = [
    [1.5, -0.5, 0.25],
    [-2, 0.5, 3]
  ]
  const labels = [0, 1]
  /** Σ over the classes of −target × log softmax, in doubles. */
  const expected = logits.map((row, i) => {
    const sum = row.reduce((total, logit) => total + Math.exp(logit), 0)
    return row.reduce((loss, logit, c) => {
      const target = (c === labels[i] ? 0.9 : 0) + 0.1 / 3
      return loss - target * Math.log(Math.exp(logit) / sum)
    }, 0)
  })

  it("spreads its part of the weight of a label over all classes", () => {
    const { loss, losses } = Objective.withLabelSmoothing(Objective.classification, 0.1)
    const [mean, each] = tf.tidy(() => {
      const given = [tf.tensor1d(labels, "int32"), tf.tensor2d(logits)] as const
      return [loss(...given).dataSync()[0]!, [...losses!(...given).dataSync()]]
    })
    each.forEach((one, i) => expect(one).toBeCloseTo(expected[i]!, 5))
    expect(mean).toBeCloseTo((expected[0]! + expected[1]!) / 2, 5)
  })

  it("moves the label of a single logit toward ½", () => {
    const { loss } = Objective.withLabelSmoothing(Objective.binary, 0.2)
    const value = tf.tidy(
      () => loss(tf.tensor1d([1], "int32"), tf.tensor2d([[0.7]])).dataSync()[0]!
    )
    const p = 1 / (1 + Math.exp(-0.7))
    expect(value).toBeCloseTo(-0.9 * Math.log(p) - 0.1 * Math.log(1 - p), 5)
  })

  it("has the gradient of the smoothed loss", () => {
    const { loss } = Objective.withLabelSmoothing(Objective.classification, 0.1)
    const gradient = tf.tidy(() =>
      tf
        .grad((output) => loss(tf.tensor1d(labels, "int32"), output))(tf.tensor2d(logits))
        .dataSync()
    )
    // (softmax − target) / examples
    logits.forEach((row, i) => {
      const sum = row.reduce((total, logit) => total + Math.exp(logit), 0)
      row.forEach((logit, c) => {
        const target = (c === labels[i] ? 0.9 : 0) + 0.1 / 3
        expect(gradient[i * 3 + c]).toBeCloseTo((Math.exp(logit) / sum - target) / 2, 5)
      })
    })
  })

  it("refuses what cannot be smoothed", () => {
    expect(() => Objective.withLabelSmoothing(Objective.regression, 0.1)).toThrow("regression")
    expect(() => Objective.withLabelSmoothing(Objective.binary, 1)).toThrow("less than 1")
    expect(() => Objective.withMetrics(Objective.regression, Metric.auc())).toThrow("auc")
  })
})
