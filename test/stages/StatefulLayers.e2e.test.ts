import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { Observer, Progress, type Event } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import { overSplit } from "../../src/training/Evaluation.js"
import { partsOf } from "../../src/training/ModelParts.js"
import * as RestoreState from "../../src/training/RestoreState.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { TypeId } from "../../src/training/Run.js"
import { inputOf, phases } from "../../src/training/TrainStep.js"
import { inputShape } from "../backends/everyKernel.js"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"
import { everyKernelRun } from "../training/everyKernelRun.js"
import { testBackend } from "../support/backend.js"

const L = tf.layers
const stateful = true
const batch = 10

/** Every kind of layer that keeps states, at every depth, and cells that keep dropout masks. */
const recurrentNet = () => {
  const inner = tf.sequential({
    layers: [
      L.bidirectional({
        layer: L.gru({ units: 2, stateful, returnSequences: true, dropout: 0.3 }) as never,
        mergeMode: "concat",
        batchInputShape: [batch, 4, 3]
      } as never)
    ]
  })
  return tf.sequential({
    layers: [
      L.reshape({ targetShape: [4, 2], batchInputShape: [batch, 8] }),
      L.lstm({ units: 3, stateful, returnSequences: true }),
      inner,
      L.rnn({
        cell: [L.gruCell({ units: 3, dropout: 0.3 }), L.simpleRNNCell({ units: 2 })] as never,
        stateful,
        returnSequences: true
      }) as never,
      L.reshape({ targetShape: [4, 2, 1, 1] }),
      L.convLstm2d({ filters: 2, kernelSize: 1, stateful }) as never,
      L.flatten(),
      L.dense({ units: 3 })
    ]
  })
}

const names = ["lstm_1.0", "lstm_1.1", "sequential_1.bidirectional", "rnn_1", "conv_lst_m2d"]

const options = {
  training: { batch_size: batch, num_epochs: 2, save_interval: 1 },
  data: { size: 40 },
  pipeline: pipelineOf({ model: recurrentNet })
}
const isTraining = (event: Event) => event._tag === "StepFinished" && event.phase === "train"

describe("stateful recurrent layers", () => {
  it.scopedLive(
    "end the same after an interruption at every step",
    () =>
      Effect.gen(function* () {
        const straight = yield* temporaryFolder
        const { exit } = yield* session({ ...options, folder: straight })
        expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
        const end = yield* Effect.flatMap(checkpointIn(straight), essence)
        const states = Object.keys(end.bytes).filter((name) => name.startsWith("layer_states."))
        expect(states.length).toBe(2 + 2 + 2 + 2)
        for (const name of names) {
          expect(states.some((state) => state.startsWith(`layer_states.${name}`))).toBe(true)
        }

        const folder = yield* temporaryFolder
        let interruptions = 0
        for (let over = false; !over; interruptions++) {
          const { exit } = yield* session({ ...options, folder, interruptAt: isTraining })
          over = Exit.isSuccess(exit)
          expect(over || (Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))).toBe(true)
          if (interruptions > 30) throw new Error("the chain makes no headway")
        }
        expect(interruptions).toBeGreaterThanOrEqual(8)
        expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(end)
      }),
    120_000
  )

  it.scopedLive("refuses batches of another size than the layers are built for", () =>
    Effect.gen(function* () {
      const refusal = Effect.fnUntraced(function* (changes: object) {
        const folder = yield* temporaryFolder
        const { exit } = yield* session({ ...options, ...changes, folder })
        const error = Exit.isFailure(exit)
          ? Option.getOrNull(Cause.failureOption(exit.cause))
          : null
        return (error as Error | null)?.message
      })
      expect(yield* refusal({ training: { batch_size: 5 } })).toBe(
        `the stateful layer "lstm_1" takes batches of 10, but training.batch_size is 5; build the ` +
          `model with batchInputShape: [config.training.batch_size, …]`
      )
      expect(yield* refusal({ data: { size: 43 } })).toMatch(
        /"lstm_1" takes batches of 10, but the last one of the train split has 3;/
      )
    })
  )

  /** Counts its calls, and tells nobody but itself. */
  class Counter extends L.Layer {
    static className = "Counter"
    #calls = 0
    override get stateful() {
      return true
    }
    override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
      return tf.add([inputs].flat()[0]!, ++this.#calls)
    }
  }

  it.scopedLive("refuses a layer whose state nobody can save", () =>
    Effect.gen(function* () {
      const model = () =>
        tf.sequential({
          layers: [new Counter({ name: "counter", inputShape: [8] }), L.dense({ units: 3 })]
        })
      const folder = yield* temporaryFolder
      const { exit } = yield* session({ folder, pipeline: pipelineOf({ model }) })
      expect(`${Exit.isFailure(exit) && Cause.squash(exit.cause)}`).toContain(
        `the stateful layer "counter" (Counter) keeps a state that checkpoints cannot hold`
      )
    })
  )

  const statefulRun = everyKernelRun({
    steps: 3,
    epochs: 1,
    model: () =>
      tf.sequential({
        layers: [
          L.lstm({ units: 3, stateful, batchInputShape: [4, ...inputShape] }),
          L.dense({ units: 5 })
        ]
      })
  })

  it.scopedLive("keeps their states through an evaluation, and no others", () =>
    Effect.gen(function* () {
      const run = yield* statefulRun
      const read = () =>
        partsOf(run).statefulLayers[0]!.layer.states_.map((state) => [...state.dataSync()])
      const examples = yield* run.dataset.train.batch(Int32Array.of(0, 1, 2, 3))
      expect(
        read()
          .flat()
          .every((value) => value === 0)
      ).toBe(true)
      yield* phases(inputOf(run, examples, Progress.initial))
      const states = read()
      const tensors = tf.memory().numTensors
      expect(states.flat().some((value) => value !== 0)).toBe(true)
      const first = yield* overSplit(run, "validation")
      expect(read()).toStrictEqual(states)
      expect(yield* overSplit(run, "validation")).toStrictEqual(first)
      yield* phases(inputOf(run, examples, { ...Progress.initial, step: 1 }))
      yield* phases(inputOf(run, examples, { ...Progress.initial, step: 2 }))
      expect(read()).not.toStrictEqual(states)
      expect(tf.memory().numTensors).toBe(tensors)
    }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))
  )

  it.scopedLive(
    "says which layers begin with zeros, the checkpoint being without their states",
    () =>
      Effect.gen(function* () {
        const run = yield* statefulRun
        const examples = yield* run.dataset.train.batch(Int32Array.of(0, 1, 2, 3))
        yield* phases(inputOf(run, examples, Progress.initial))
        const { dispose, checkpoint } = Checkpointer.snapshot(
          run[TypeId],
          yield* Checkpointer.progress(run[TypeId])
        )
        const read = (tensors: typeof checkpoint.tensors) =>
          RestoreState.layerStates({ ...checkpoint, tensors } as never, partsOf(run).statefulLayers)
        expect(yield* read(checkpoint.tensors)).toStrictEqual([])
        expect(yield* read(new Map())).toStrictEqual(["lstm_1"])
        dispose()
      }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))
  )
})
