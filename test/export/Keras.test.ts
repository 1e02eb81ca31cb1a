import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { maskedPooling, multiHeadAttention, reversibleEmbedding } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { toKeras } from "../../src/export/keras/KerasConfig.js"
import { snakeCase, variablesOf } from "../../src/export/keras/KerasWeights.js"
import { fill, onCpu, sample, weightsOf } from "./models.js"

describe("toKeras", () => {
  it.effect("is the config that Keras 3 loads", () =>
    onCpu(
      Effect.sync(() => {
        const reference: unknown = JSON.parse(
          readFileSync("test/export/references/sample.keras.json", "utf8")
        )
        // Checked, and written again, by npm run test:export.
        expect(JSON.parse(JSON.stringify(toKeras(sample())))).toEqual(reference)
      })
    )
  )

  it.effect("refuses what Keras 3 computes otherwise, by the name of the layer", () =>
    onCpu(
      Effect.sync(() => {
        const layer = tf.layers.upSampling2d({ interpolation: "bilinear", inputShape: [2, 2, 1] })
        expect(() => toKeras(tf.sequential({ layers: [layer] }))).toThrow(
          /layer "up_sampling2d_1" \(UpSampling2D\) is bilinear/
        )
      })
    )
  )
})

describe("toKeras of attention", () => {
  it.effect("says what Keras calls a layer with", () =>
    onCpu(
      Effect.sync(() => {
        const tokens = tf.input({ shape: [3] })
        const tied = reversibleEmbedding({ inputDim: 5, outputDim: 4, name: "tied" })
        const heads = multiHeadAttention({ numHeads: 2, useCausalMask: true, name: "heads" })
        const heard = heads.apply(tied.apply(tokens) as tf.SymbolicTensor)
        const outputs = tied.apply(heard) as tf.SymbolicTensor
        const { config } = JSON.parse(
          JSON.stringify(toKeras(tf.model({ inputs: tokens, outputs })))
        ) as { config: { layers: Array<{ name: string; inbound_nodes: Array<object> }> } }
        const nodesOf = (name: string) =>
          config.layers.find((layer) => layer.name === name)!.inbound_nodes
        const embedded = {
          class_name: "__keras_tensor__",
          config: { shape: [null, 3, 4], dtype: "float32", keras_history: ["tied", 0, 0] }
        }
        expect(nodesOf("heads")).toEqual([
          { args: [embedded, embedded], kwargs: { use_causal_mask: true } }
        ])
        expect(nodesOf("tied")).toMatchObject([
          { kwargs: { reverse: false } },
          { kwargs: { reverse: true } }
        ])
      })
    )
  )

  it.effect("refuses attention that Keras cannot call so", () =>
    onCpu(
      Effect.sync(() => {
        const layer = multiHeadAttention({ numHeads: 2, inputShape: [3, 4] })
        expect(() => toKeras(tf.sequential({ layers: [layer] }))).toThrow(
          /\(MultiHeadAttention\) is in a sequential model, where Keras cannot call it/
        )
        const [x, mask] = [tf.input({ shape: [3, 4] }), tf.input({ shape: [3] })]
        const masked = multiHeadAttention({ numHeads: 2, useAttentionMask: true })
        const outputs = masked.apply([x, mask]) as tf.SymbolicTensor
        expect(() => toKeras(tf.model({ inputs: [x, mask], outputs }))).toThrow(
          /takes its mask as an input, which Keras takes otherwise; export as ONNX/
        )
      })
    )
  )
})

describe("toKeras of masked pooling", () => {
  it.effect("is the pooling of Keras, which has only the mean under a mask", () =>
    onCpu(
      Effect.sync(() => {
        const model = (mode: "mean" | "max") =>
          tf.sequential({
            layers: [
              tf.layers.embedding({ inputDim: 3, outputDim: 2, maskZero: true, inputLength: 4 }),
              maskedPooling({ mode, name: "pool" })
            ]
          })
        expect(JSON.parse(JSON.stringify(toKeras(model("mean"))))).toMatchObject({
          config: {
            layers: [
              {},
              { config: { mask_zero: true } },
              { class_name: "GlobalAveragePooling1D", config: { name: "pool" } }
            ]
          }
        })
        expect(() => toKeras(model("max"))).toThrow(/takes the maximum of the steps that a mask/)
      })
    )
  )
})

describe("variablesOf", () => {
  it.effect("counts the layers of each class, as Keras 3 does", () =>
    onCpu(
      Effect.gen(function* () {
        const { layers } = tf
        const model = fill(
          tf.sequential({
            layers: [
              layers.dense({ units: 2, inputShape: [4, 3], name: "first" }),
              layers.dense({ units: 2 }),
              layers.bidirectional({
                layer: layers.gru({ units: 1, recurrentInitializer: "zeros" }) as never,
                mergeMode: "sum"
              })
            ]
          })
        )
        const paths = variablesOf(model, yield* weightsOf(model)).map(({ path }) => path)
        expect(paths).toEqual([
          "layers/dense/vars/0",
          "layers/dense/vars/1",
          "layers/dense_1/vars/0",
          "layers/dense_1/vars/1",
          ...["forward_layer", "backward_layer"].flatMap((direction) =>
            [0, 1, 2].map((i) => `layers/bidirectional/${direction}/cell/vars/${i}`)
          )
        ])
      })
    )
  )

  it.effect("makes up for the other slope of the hard sigmoid of Keras 3, in the gates alone", () =>
    onCpu(
      Effect.gen(function* () {
        const layer = tf.layers.lstm({
          units: 1,
          inputShape: [2, 1],
          recurrentInitializer: "zeros",
          recurrentActivation: "hardSigmoid"
        })
        const model = fill(tf.sequential({ layers: [layer] }))
        const weights = yield* weightsOf(model)
        const [own] = [...weights.values()]
        const [kernel] = variablesOf(model, weights)
        expect([...kernel!.values].map((value, i) => value / own!.values[i]!)).toEqual(
          [1.2, 1.2, 1, 1.2].map((ratio) => expect.closeTo(ratio, 6))
        )
      })
    )
  )
})

describe("snakeCase", () => {
  it.each([
    ["Conv2DTranspose", "conv2d_transpose"],
    ["LSTM", "lstm"],
    ["PReLU", "p_re_lu"],
    ["SimpleRNN", "simple_rnn"],
    ["GlobalMaxPooling1D", "global_max_pooling1d"]
  ])("names %s as Keras does", (name, expected) => expect(snakeCase(name)).toBe(expected))
})
