import { describe, expect, it } from "@effect/vitest"
import { Objective, type AnyDataset, type Dataset, type LabelledBatch } from "holdfast"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { checkModel } from "../../src/training/CheckModel.js"

const none = { size: 0, batch: () => Effect.die("no examples") }
const splits = { name: "people", fingerprint: "", train: none, validation: none, test: none }
const single: Dataset = { ...splits, inputShape: [8], labelShape: [], classes: ["a", "b", "c"] }
const several: Dataset<LabelledBatch<Record<string, Uint8Array>, Record<string, Int32Array>>> = {
  ...splits,
  inputs: { face: { shape: [8] }, words: { shape: [3], dtype: "int32" } },
  labels: { age: { shape: [] }, sex: { shape: [], classes: ["f", "m"] } }
}
const multi = Objective.multi({ age: Objective.regression, sex: Objective.binary })

const problem = (
  model: tf.LayersModel,
  dataset: AnyDataset = single,
  objective: Objective.AnyObjective = Objective.classification
) =>
  checkModel(model, objective, dataset, {}).pipe(
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => null }),
    Effect.runSync
  )

const dense = (
  units: number,
  options: { readonly inputShape?: Array<number>; readonly name?: string } = {}
) => tf.layers.dense({ units, ...options })

/** Two inputs and two outputs with these names. */
const two = (
  inputs: ReadonlyArray<string>,
  outputs: ReadonlyArray<string>,
  dtype: "int32" | "float32" = "int32"
) => {
  const [a, b] = [
    tf.input({ shape: [8], name: inputs[0]! }),
    tf.input({ shape: [3], name: inputs[1]!, dtype })
  ]
  const words = tf.layers
    .flatten()
    .apply(tf.layers.embedding({ inputDim: 9, outputDim: 2 }).apply(b)) as tf.SymbolicTensor
  const joined = tf.layers.concatenate().apply([a, words])
  return tf.model({
    inputs: [a, b],
    outputs: outputs.map(
      (name) => tf.layers.dense({ units: 1, name }).apply(joined) as tf.SymbolicTensor
    )
  })
}

describe("checkModel with one input and one output", () => {
  it("accepts an input of the data's shape, or of any length", () => {
    expect(problem(tf.sequential({ layers: [dense(3, { inputShape: [8] })] }))).toBeNull()
    const any = tf.input({ shape: [null] })
    const relu = tf.layers.activation({ activation: "relu" }).apply(any) as tf.SymbolicTensor
    const dataset: Dataset = { ...single, labelShape: [3], classes: [] }
    expect(
      problem(tf.model({ inputs: any, outputs: relu }), dataset, Objective.regression)
    ).toBeNull()
  })

  it("refuses another shape, naming both", () => {
    expect(problem(tf.sequential({ layers: [dense(3, { inputShape: [4, 8] })] }))).toBe(
      "the model takes inputs of shape [4,8], but those of people are [8]"
    )
  })

  it("refuses a model with more of either", () => {
    expect(problem(two(["face", "words"], ["age"]))).toBe(
      "the model has 2 inputs, face, words, but people has one without a name; declare each in Dataset.inputs"
    )
    const input = tf.input({ shape: [8] })
    const outputs = ["age", "sex"].map(
      (name) => dense(3, { name }).apply(input) as tf.SymbolicTensor
    )
    expect(problem(tf.model({ inputs: input, outputs }))).toBe(
      "Objective.classification trains one output on one label, but the model has 2 (age, sex) and people has 1; use Objective.multi"
    )
  })

  it("refuses floats for an input of integers", () => {
    const input = tf.input({ shape: [8], dtype: "int32" })
    const output = tf.layers
      .embedding({ inputDim: 9, outputDim: 3 })
      .apply(input) as tf.SymbolicTensor
    const model = tf.model({ inputs: input, outputs: output })
    const dataset: Dataset = { ...single, labelShape: [8] }
    expect(problem(model, dataset)).toBe(
      "the model takes int32 inputs, but those of people are float32; declare their dtype as int32 or uint8"
    )
    expect(problem(model, { ...dataset, inputType: "int32" })).toBeNull()
  })

  it("refuses weights and masks for an objective that has no losses", () => {
    const { losses: _, ...custom } = Objective.classification
    const model = tf.sequential({ layers: [dense(3, { inputShape: [8] })] })
    expect(problem(model, single, custom)).toBeNull()
    for (const dataset of [
      { ...single, weighted: true },
      { ...single, masked: true }
    ]) {
      expect(problem(model, dataset, custom)).toBe(
        "Objective.classification cannot weigh or mask labels, as those of people are; give it losses, the loss of each label"
      )
      expect(problem(model, dataset)).toBeNull()
    }
  })

  it("refuses class weights of another number than the classes", () => {
    const model = tf.sequential({ layers: [dense(3, { inputShape: [8] })] })
    const weighted = Objective.withClassWeights(Objective.classification, [1, 2])
    expect(problem(model, single, weighted)).toBe(
      "Objective.classification has 2 class weights, but people has 3 classes"
    )
  })
})

describe("checkModel with names", () => {
  it("accepts inputs and outputs in any order", () => {
    expect(problem(two(["face", "words"], ["sex", "age"]), several, multi)).toBeNull()
  })

  it("accepts an only input and an only output of any name", () => {
    const model = tf.sequential({ layers: [dense(1, { inputShape: [8] })] })
    const dataset = { ...several, inputs: { face: { shape: [8] } } }
    expect(problem(model, dataset, Objective.multi({ age: Objective.regression }))).toBeNull()
  })

  it("refuses inputs of other names or shapes", () => {
    expect(problem(two(["image", "words"], ["age", "sex"]), several, multi)).toBe(
      "the model's inputs are image, words, but those of people are face, words; give the input layers these names: tf.input({ name, shape })"
    )
    expect(problem(two(["words", "face"], ["age", "sex"]), several, multi)).toBe(
      "the model takes inputs of shape [3], but those of people, face are [8]"
    )
  })

  it("refuses outputs without an objective, and objectives without a label", () => {
    expect(problem(two(["face", "words"], ["age", "gender"]), several, multi)).toBe(
      "Objective.multi trains the outputs age, sex, but those of the model are age, gender; give the output layers these names"
    )
    const age = { shape: [] }
    expect(
      problem(two(["face", "words"], ["age", "sex"]), { ...several, labels: { age } }, multi)
    ).toBe("Objective.multi trains sex, but people has no label of that name, only age")
  })

  it("names the label whose objective does not match", () => {
    const objective = Objective.multi({ age: Objective.binary, sex: Objective.binary })
    expect(problem(two(["face", "words"], ["age", "sex"]), several, objective)).toBe(
      "Objective.binary tells two classes apart, but people, age has 0 (). Name two in Dataset.classes, that of label 0 first"
    )
  })
})

describe("checkModel with a dataset that declares nothing", () => {
  it("asks for its labels", () => {
    const model = tf.sequential({ layers: [dense(2, { inputShape: [5] })] })
    expect(problem(model, splits, Objective.regression)).toBe(
      "people declares no labels for the objective; declare labelShape and classes, or labels by name"
    )
  })
})
