/**
 * Exports every layer of the table in docs/backends.md, the speaker network and some models, loads the
 * files elsewhere, and compares what they predict there: `npm run test:export`.
 *
 *   HOLDFAST_PYTHON   a Python with onnx, onnxruntime, keras, jax and safetensors (default: python3)
 *   HOLDFAST_CHROMIUM the path of Chromium (default: /usr/bin/chromium)
 *   --only onnx,keras,tfjs,safetensors,int8,listen    some of it; listen is examples/listen
 *   --layer TEXT      only cases with this in their names
 *   --write           writes the references of the unit tests, once everything agrees
 */
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Export } from "holdfast"
import { StatisticsPooling } from "holdfast/audio"
import {
  maskedPooling,
  multiHeadAttention,
  positionalEncoding,
  reversibleEmbedding,
  transformerBlock
} from "holdfast/layers"
import * as tf from "holdfast/tf"
import { toKeras } from "../../src/export/keras/KerasConfig.js"
import { encoded } from "../../src/export/onnx/Onnx.js"
import { layerCases } from "../backends/layerCases.js"
import { sampleMeta } from "./meta.js"
import { onCpu, sample, weightsOf } from "./models.js"
import { predictInBrowser } from "./browser.js"
import { listenInBrowser } from "./listen.js"

/** A model, an input and what it predicts here. */
export interface Case {
  readonly name: string
  readonly model: tf.LayersModel
  readonly input: ReadonlyArray<number>
  readonly shape: ReadonlyArray<number>
  readonly output: ReadonlyArray<number>
  readonly outputShape: ReadonlyArray<number>
  /** Whether token 0 is padding, for which attention of Keras gives other numbers, which nobody uses. */
  readonly padded?: boolean
}

const kinds = ["onnx", "keras", "tfjs", "safetensors", "int8"] as const

const defaults = [...kinds, "listen"].join(",")

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: defaults },
    layer: { type: "string", default: "" },
    write: { type: "boolean" }
  }
})
const wanted = new Set(options.only.split(","))

/** Equal numbers in each process. */
const numbers = (count: number, seed: number): Array<number> => {
  let state = seed + 1
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return (2 * state) / 2_147_483_647 - 1
  })
}

const caseOf = (
  name: string,
  model: tf.LayersModel,
  input: ReadonlyArray<number>,
  shape: Array<number>
): Case => {
  const output = model.predict(tf.tensor([...input], shape)) as tf.Tensor
  return { name, model, input, shape, output: [...output.dataSync()], outputShape: output.shape }
}

const randomWeights = (model: tf.LayersModel): tf.LayersModel => {
  model.weights.forEach((weight, i) => {
    const shape = weight.shape as Array<number>
    const values = numbers(
      shape.reduce((a, b) => a * b, 1),
      i
    ).map((x) => (weight.originalName.endsWith("variance") ? 1 + x / 2 : x * 0.7))
    weight.write(tf.tensor(values, shape))
  })
  return model
}

const speakerNet = (): tf.LayersModel => {
  const { layers } = tf
  return tf.sequential({
    layers: [
      layers.batchNormalization({ inputShape: [98, 40] }),
      layers.conv1d({ filters: 64, kernelSize: 5, activation: "relu" }),
      layers.batchNormalization(),
      layers.conv1d({ filters: 64, kernelSize: 3, activation: "relu" }),
      layers.batchNormalization(),
      new StatisticsPooling(),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 64, activation: "relu" }),
      layers.dense({ units: 8 })
    ]
  })
}

/** The cases of the table, and models of several layers. */
const cases = (): ReadonlyArray<Case> => [
  ...layerCases.map(({ build, input: shape, layer, tokens, used }, i) => {
    const input = tf.input({ shape: [...shape] })
    const model = randomWeights(tf.model({ inputs: input, outputs: build(input) }))
    const count = 2 * shape.reduce((a, b) => a * b, 1)
    const values = numbers(count, i).map((x) =>
      tokens === undefined ? x : Math.floor(((x + 1) / 2) * tokens)
    )
    // Masked steps at the beginning, in the middle and at the end.
    if (layer === "masking") for (const at of [0, 20, 55, 115]) values.fill(0, at, at + 5)
    const padded = layer === "multiHeadAttention" && used === "masked"
    return { ...caseOf(`${layer} ${used}`.trim(), model, values, [2, ...shape]), padded }
  }),
  caseOf(
    "the speaker network",
    randomWeights(speakerNet()),
    numbers(2 * 98 * 40, 7).map((x) => 7 * x - 7),
    [2, 98, 40]
  ),
  caseOf("a small model of several layers", sample(), numbers(36, 3), [2, 6, 3]),
  { ...caseOf("a language model", randomWeights(language()), tokens(12), [2, 6]), padded: true },
  caseOf(
    "attention with a mask of its own",
    randomWeights(maskedAttention()),
    numbers(48, 5),
    [2, 6, 4]
  ),
  caseOf("the mean of masked steps", randomWeights(text("mean")), words, [2, 6]),
  caseOf("the largest of masked steps", randomWeights(text("max")), words, [2, 6]),
  caseOf("a masked LSTM", randomWeights(text("lstm")), words, [2, 6]),
  caseOf("models in a model", randomWeights(nested()), numbers(30, 3), [2, 5, 3])
]

const tokens = (count: number) => numbers(count, 11).map((x) => Math.floor((x + 1) * 3.5))

/** Texts of five and of two words. */
const words = [3, 1, 2, 5, 4, 0, 6, 2, 0, 0, 0, 0]

/** Classifies texts, of which padding is masked. */
const text = (pool: "mean" | "max" | "lstm"): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.embedding({ inputDim: 7, outputDim: 5, maskZero: true, inputLength: 6 }),
      tf.layers.dense({ units: 4, activation: "tanh" }),
      pool === "lstm" ? tf.layers.lstm({ units: 4 }) : maskedPooling({ mode: pool }),
      tf.layers.dense({ units: 3 })
    ]
  })

/** With tied embeddings, causal attention, and padding that is masked. */
const language = (): tf.LayersModel => {
  const input = tf.input({ shape: [6] })
  const embedding = reversibleEmbedding({ inputDim: 7, outputDim: 8, maskZero: true })
  const placed = positionalEncoding({ maxLength: 9 }).apply(embedding.apply(input))
  const block = transformerBlock({ numHeads: 2, useCausalMask: true, name: "block" })
  const outputs = embedding.apply(block(placed as tf.SymbolicTensor)) as tf.SymbolicTensor
  return tf.model({ inputs: input, outputs })
}

/** What is below 0 in the first channel does not count. */
const maskedAttention = (): tf.LayersModel => {
  const input = tf.input({ shape: [6, 4] })
  const relu = tf.layers.reLU().apply(input) as tf.SymbolicTensor
  const first = tf.layers.cropping2D({ cropping: [[0, 0], [0, 3]] }) // prettier-ignore
  const image = tf.layers.reshape({ targetShape: [6, 4, 1] }).apply(relu)
  const mask = tf.layers.reshape({ targetShape: [6] }).apply(first.apply(image))
  const attention = multiHeadAttention({ numHeads: 2, keyDim: 3, useAttentionMask: true })
  const outputs = attention.apply([input, mask as tf.SymbolicTensor]) as tf.SymbolicTensor
  return tf.model({ inputs: input, outputs })
}

const nested = (): tf.LayersModel => {
  const { layers } = tf
  const inner = tf.sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [5, 3], activation: "tanh" }),
      layers.dense({ units: 4 })
    ]
  })
  const input = tf.input({ shape: [5, 3] })
  const pooled = layers.globalAveragePooling1d().apply(inner.apply(input)) as tf.SymbolicTensor
  return tf.model({
    inputs: input,
    outputs: layers.dense({ units: 3 }).apply(pooled) as tf.SymbolicTensor
  })
}

/** A case for the programs that load its file, or why there is no file. */
interface Written extends Omit<Case, "model"> {
  readonly file: string
  readonly int8: boolean
}

const extension = {
  onnx: ".onnx",
  int8: ".onnx",
  keras: ".keras",
  tfjs: "",
  safetensors: ".safetensors"
}

const write = (folder: string, kind: (typeof kinds)[number], all: ReadonlyArray<Case>) =>
  Effect.gen(function* () {
    const written: Array<Written> = []
    const refused: Array<string> = []
    for (const [i, { model, ...one }] of all.entries()) {
      const file = join(folder, `${kind}-${i}${extension[kind]}`)
      const layout = kind === "safetensors" ? { layout: "pytorch" as const } : {}
      const result = yield* Effect.either(
        Export.files({ model, meta: sampleMeta }, { path: file, int8: kind === "int8", ...layout })
      )
      if (result._tag === "Left") {
        refused.push(`${one.name}: ${result.left.message}`)
        continue
      }
      yield* Export.write(result.right)
      written.push({ ...one, file, int8: kind === "int8" })
    }
    return { refused, written }
  })

const program = Effect.gen(function* () {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-export-"))
  const all = cases().filter(({ name }) => name.includes(options.layer))
  let failures = 0
  for (const kind of kinds.filter((one) => wanted.has(one))) {
    const { refused, written } = yield* write(folder, kind, all)
    const list = join(folder, `${kind}.json`)
    writeFileSync(list, JSON.stringify(written))
    const result =
      kind === "tfjs"
        ? yield* Effect.promise(() => predictInBrowser(folder, written))
        : python(kind === "int8" ? "onnx" : kind, list)
    console.log(
      `${kind}: ${result.right} of ${all.length} agree, largest difference ${result.largest}`
    )
    for (const line of refused) console.log(`  refused  ${line}`)
    for (const line of result.wrong) console.log(`  WRONG    ${line}`)
    failures += result.wrong.length
  }
  if (wanted.has("listen")) {
    const { problems, said, screenshot, voice } = yield* Effect.promise(() =>
      listenInBrowser(folder)
    )
    const right = said.filter((name) => name === voice).length
    console.log(`listen: the page says ${said.join(", ")}; ${voice} is talking; ${screenshot}`)
    for (const problem of problems) console.log(`  WRONG    ${problem}`)
    failures += problems.length + (right > said.length / 2 ? 0 : 1)
  }
  if (failures > 0) return yield* Effect.fail(new Error(`${failures} predictions differ`))
  if (options.write) yield* writeReferences
}).pipe(onCpu, Effect.provide(NodePlatform.layer))

/** What a program that loads the files reports. */
export interface Result {
  readonly right: number
  readonly largest: number
  readonly wrong: ReadonlyArray<string>
}

const python = (kind: string, list: string): Result =>
  JSON.parse(
    execFileSync(
      process.env["HOLDFAST_PYTHON"] ?? "python3",
      ["test/export/check.py", kind, list],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
        maxBuffer: 2 ** 26
      }
    )
  ) as Result

const writeReferences = Effect.gen(function* () {
  const model = sample()
  const weights = yield* weightsOf(model)
  const onnx = encoded(model, weights, { int8: false, metadata: { made: "by a test" } })
  mkdirSync("test/export/references", { recursive: true })
  writeFileSync("test/export/references/sample.onnx", Buffer.concat(onnx))
  const keras = JSON.stringify(toKeras(model), null, 2)
  writeFileSync("test/export/references/sample.keras.json", `${keras}\n`)
})

await Effect.runPromise(program)
