import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Observer, Run, Stages } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { partsOf } from "../../src/training/ModelParts.js"
import { TypeId } from "../../src/training/Run.js"
import { tensorOf } from "../../src/training/Weights.js"
import { classes, inputShape } from "../backends/everyKernel.js"
import { everyKernelRun } from "./everyKernelRun.js"
import { testBackend } from "../support/backend.js"

const kernelRegularizer = tf.regularizers.l2({ l2: 0.5 })
const dense = (options: object) =>
  tf.layers.dense({ units: classes, useBias: false, ...options } as never)

describe("TrainStep", () => {
  it.scopedLive.each([
    ["a layer", () => dense({ kernelRegularizer }), 0.9],
    [
      "a layer of a model inside",
      () =>
        tf.sequential({
          layers: [dense({ kernelRegularizer, inputShape: [inputShape[0]! * inputShape[1]!] })]
        }),
      0.9
    ],
    ["none", () => dense({}), 1]
  ] as const)("minimises the penalty of %s", ([, layer, share]) =>
    Effect.gen(function* () {
      const plain = yield* everyKernelRun({
        steps: 1,
        epochs: 1,
        optimizer: { name: "sgd", momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 },
        model: () =>
          tf.sequential({ layers: [tf.layers.flatten({ inputShape: [...inputShape] }), layer()] })
      })
      const { train } = plain.dataset
      // Where all inputs are 0 the gradient of the loss is 0, and that of the penalty is the weight.
      const run: Run.Run = {
        ...plain,
        scheduler: { ...plain.scheduler, learningRate: () => 0.1 },
        dataset: {
          ...plain.dataset,
          train: {
            ...train,
            batch: (indices) =>
              Effect.map(train.batch(indices), (batch) => ({
                ...batch,
                inputs: batch.inputs.map(() => 0)
              }))
          }
        }
      }
      const weight = () => tensorOf(partsOf(run).weights[0]!).dataSync()[0]!
      const before = weight()
      yield* Stages.trainEpoch.run(run)
      expect(before).not.toBe(0)
      expect(weight() / before).toBeCloseTo(share, 5)
    }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))
  )

  it.scopedLive("keeps what is said of the run while a batch is fetched", () =>
    Effect.gen(function* () {
      const plain = yield* everyKernelRun({ steps: 2, epochs: 1 })
      const { train } = plain.dataset
      const batch = (indices: Int32Array) =>
        Effect.zipRight(Run.stop(plain, "enough"), train.batch(indices))
      const run = { ...plain, dataset: { ...plain.dataset, train: { ...train, batch } } }
      yield* Stages.trainEpoch.run(run)
      expect((yield* Checkpointer.progress(run[TypeId])).stopReason).toStrictEqual({
        _tag: "Custom",
        text: "enough"
      })
    }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))
  )
})
