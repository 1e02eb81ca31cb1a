import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Objective, Observer, Progress } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import * as Patches from "../../src/backends/tfjs/Patches.js"
import { partsOf } from "../../src/training/ModelParts.js"
import { inputOf, phases } from "../../src/training/TrainStep.js"
import { tensorOf } from "../../src/training/Weights.js"
import { inputShape } from "../backends/everyKernel.js"
import { everyKernelRun } from "./everyKernelRun.js"
import { testBackend } from "../support/backend.js"

const L = tf.layers
const l2 = () => tf.regularizers.l2({ l2: 0.5 })
const kernelRegularizer = l2()
const returnSequences = true
const regularizers = {
  kernelRegularizer: l2(),
  recurrentRegularizer: l2(),
  biasRegularizer: l2(),
  biasInitializer: "ones" as const
}
const head = () => [L.flatten(), L.dense({ units: 5, name: "head" })]
const after = (...layers: Array<object>) =>
  tf.sequential({ layers: [...(layers as Array<tf.layers.Layer>), ...head()] })
const functional = (...layers: Array<tf.layers.Layer>) => {
  const x = tf.input({ shape: inputShape })
  const y = layers.reduce((before, layer) => layer.apply(before) as tf.SymbolicTensor, x)
  return tf.model({ inputs: x, outputs: y })
}

/** Adds a penalty in a way of its own: the square of its one weight, which is 3. */
class Scale extends L.Layer {
  static className = "Scale"
  #weight: tf.LayerVariable | undefined
  override build() {
    this.#weight = this.addWeight("scale", [], "float32", tf.initializers.constant({ value: 3 }))
    this.built = true
  }
  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    return tf.mul([inputs].flat()[0]!, this.#weight!.read())
  }
  override calculateLosses(): Array<tf.Scalar> {
    return [tf.square(this.#weight!.read() as tf.Scalar).mul(0.5)]
  }
}

// Each with the names of the weights that are penalised: half their squares are the penalty.
const models: ReadonlyArray<readonly [string, () => tf.LayersModel, RegExp]> = [
  ["none", () => after(L.dense({ units: 4, inputShape })), /^nothing$/],
  ["a layer", () => after(L.dense({ units: 4, inputShape, kernelRegularizer })), /dense_1.kernel/],
  [
    "a sequential model in a sequential one",
    () => after(tf.sequential({ layers: [L.dense({ units: 4, inputShape, kernelRegularizer })] })),
    /dense_1.kernel/
  ],
  [
    "a functional model in a sequential one",
    () => after(functional(L.dense({ units: 4, kernelRegularizer }))),
    /dense_1.kernel/
  ],
  [
    "a sequential model in a functional one",
    () =>
      functional(
        tf.sequential({ layers: [L.dense({ units: 4, inputShape, kernelRegularizer })] }),
        ...head()
      ),
    /dense_1.kernel/
  ],
  [
    "models in models in models",
    () =>
      after(
        functional(
          tf.sequential({ layers: [L.dense({ units: 4, inputShape, kernelRegularizer })] }),
          L.dense({ units: 3, kernelRegularizer })
        )
      ),
    /dense_1.kernel/
  ],
  [
    "a layer that is used twice, once",
    () => {
      const shared = L.dense({ units: 16, kernelRegularizer })
      return functional(shared, shared, ...head())
    },
    /dense_1.kernel/
  ],
  [
    "LSTM",
    () => after(L.lstm({ units: 3, inputShape, returnSequences, ...regularizers })),
    /^lstm/
  ],
  ["GRU", () => after(L.gru({ units: 3, inputShape, returnSequences, ...regularizers })), /^gru/],
  [
    "a simple RNN",
    () => after(L.simpleRNN({ units: 3, inputShape, returnSequences, ...regularizers })),
    /^simple/
  ],
  [
    "a cell",
    () =>
      after(
        L.rnn({
          cell: L.lstmCell({ units: 3, ...regularizers }),
          inputShape,
          returnSequences
        } as never)
      ),
    /^rnn/
  ],
  [
    "stacked cells",
    () =>
      after(
        L.rnn({
          cell: [
            L.gruCell({ units: 3, ...regularizers }),
            L.gruCell({ units: 2, ...regularizers })
          ],
          inputShape,
          returnSequences
        } as never)
      ),
    /^rnn/
  ],
  [
    "both directions",
    () =>
      after(
        L.bidirectional({
          layer: L.gru({ units: 3, returnSequences, ...regularizers }),
          mergeMode: "concat",
          inputShape
        } as never)
      ),
    /^bidirectional/
  ],
  [
    "a convolutional LSTM",
    () =>
      after(
        L.reshape({ targetShape: [4, 8, 8, 1], inputShape }),
        L.convLstm2d({ filters: 2, kernelSize: 3, ...regularizers })
      ),
    /^conv_lst/
  ],
  [
    "a layer at each time step",
    () =>
      after(
        L.timeDistributed({ layer: L.dense({ units: 3, ...regularizers }), inputShape } as never)
      ),
    /^time_distributed/
  ],
  [
    "a model at each time step",
    () =>
      after(
        L.reshape({ targetShape: [4, 8, 8], inputShape }),
        L.timeDistributed({
          layer: tf.sequential({
            layers: [L.gru({ units: 3, inputShape: [8, 8], ...regularizers })]
          })
        } as never)
      ),
    /^time_distributed/
  ],
  [
    "a separable convolution",
    () =>
      after(
        L.reshape({ targetShape: [16, 16, 1], inputShape }),
        L.separableConv2d({
          filters: 3,
          kernelSize: 2,
          depthwiseRegularizer: l2(),
          pointwiseRegularizer: l2()
        })
      ),
    /^separable.*kernel/
  ],
  ["a layer with a penalty of its own", () => after(new Scale({ inputShape })), /scale/]
]

const half = (weight: Float32Array | Int32Array | Uint8Array) =>
  [...weight].reduce((sum, w) => sum + (w * w) / 2, 0)

describe("the penalties of regularizers", () => {
  it.scopedLive.each(models)("count: %s", ([, model, penalised]) =>
    Effect.gen(function* () {
      const run = yield* everyKernelRun({ steps: 1, epochs: 1, model })
      const parts = partsOf(run)
      const weights = parts.weights.filter(({ name }) => penalised.test(name))
      const expected = weights.reduce((sum, w) => sum + half(tensorOf(w).dataSync()), 0)
      const total = () =>
        parts.penalties.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty()), tf.scalar(0))
      expect(total().dataSync()[0]).toBeCloseTo(expected, 3)

      const batch = yield* run.dataset.train.batch(Int32Array.of(0, 1, 2, 3))
      if (weights.length > 0) {
        // Half the square of a weight has the weight itself as its gradient.
        const { grads } = tf.variableGrads(total, weights.map(tensorOf))
        for (const weight of weights.map(tensorOf)) {
          const gradient = grads[weight.name]!
          expect(tf.max(tf.abs(tf.sub(gradient, weight))).dataSync()[0]).toBeLessThan(1e-6)
        }
      }
      const loss = tf.tidy(() => {
        const input = tf.tensor(batch.inputs, [batch.size, ...inputShape])
        const output = run.model.apply(input, { training: true }) as tf.Tensor
        return Objective.classification
          .loss(tf.tensor(batch.labels, [4], "int32"), output)
          .dataSync()[0]!
      })
      const trained = yield* phases(inputOf(run, batch, Progress.initial))
      expect(trained!["loss"]![0]! - loss).toBeCloseTo(expected, 3)
    }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))
  )

  it.effect.each(["dense", "lstm", "gru", "simpleRNN", "convLstm2d"] as const)(
    "of what %s gives cannot count, so that it is refused",
    (kind) =>
      Effect.sync(() => {
        Patches.install("cpu")
        const make = L[kind] as (options: object) => unknown
        const options = { name: "mine", units: 3, filters: 3, kernelSize: 2 }
        make(options)
        expect(() => make({ ...options, activityRegularizer: l2() })).toThrow(
          `layer "mine" (${kind}) cannot be trained here: TensorFlow.js cannot add the penalty of an ` +
            `activityRegularizer to the loss; use a regularizer of the weights`
        )
      })
  )
})
