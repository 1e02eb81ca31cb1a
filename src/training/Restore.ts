import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import * as LayerStates from "../backends/tfjs/layers/LayerStates.js"
import type { StatefulLayer } from "../backends/tfjs/layers/LayerStates.js"
import type { Checkpoint, CheckpointTensor } from "../checkpointing/Checkpoint.js"
import type { Optimizer } from "./Optimizer.js"
import type { Progress } from "./Progress.js"
import type { Scheduler } from "./Scheduler.js"
import type { StateDict, StateError } from "./Stateful.js"
import { tensorOf, type Weight } from "./Weights.js"

/** Copies a checkpoint's model_state_dict into the weights, which must fit it (see Fit). */
export const weights = (checkpoint: Checkpoint, into: ReadonlyArray<Weight>): Effect.Effect<void> =>
  Effect.forEach(
    into,
    (weight) =>
      Effect.map(toTensor(checkpoint.tensors.get(`model_state_dict.${weight.name}`)!), (saved) => {
        tensorOf(weight).assign(saved as never)
        saved.dispose()
      }),
    { discard: true }
  )

/**
 * Puts the hidden states of stateful layers back. Gives the names of those that the checkpoint does
 * not have, or has in another shape (as after a change of the batch size): they begin with zeros.
 */
export const layerStates = Effect.fn("Restore.layerStates")(function* (
  checkpoint: Checkpoint,
  into: ReadonlyArray<StatefulLayer>
) {
  const lost: Array<string> = []
  for (const stateful of into) {
    const tensors = yield* tensorsUnder(checkpoint, `layer_states.${stateful.path}.`)
    const saved = stateful.layer.states_.map((_, i) => tensors[i])
    const fits = stateful.layer.states_.every(
      ({ shape }, i) => saved[i] !== undefined && tf.util.arraysEqual(saved[i].shape, shape)
    )
    if (fits) LayerStates.replace(stateful, saved as Array<tf.Tensor>)
    else lost.push(stateful.path)
    yield* disposing(tensors)
  }
  return lost
})

/** Loads the optimizer's state. One of another kind begins afresh, which is what false says. */
export const optimizer = Effect.fn("Restore.optimizer")(function* (
  checkpoint: Checkpoint,
  into: Optimizer
) {
  const values = checkpoint.meta.optimizer_state_dict
  if (values["name"] !== into.name) return false
  const tensors = yield* tensorsUnder(checkpoint, "optimizer_state_dict.")
  yield* Effect.ensuring(into.loadStateDict({ tensors, values }), disposing(tensors))
  return true
})

/** Loads the scheduler's state. */
export const scheduler = (
  checkpoint: Checkpoint,
  into: Scheduler
): Effect.Effect<void, StateError> =>
  into.loadStateDict({ tensors: {}, values: checkpoint.meta.scheduler_state_dict })

/** The states of stages by their names; the tensors are the caller's to dispose. */
export const stageStates = Effect.fn("Restore.stageStates")(function* (checkpoint: Checkpoint) {
  const states = new Map<string, StateDict>()
  for (const [stage, values] of Object.entries(checkpoint.meta.stage_states)) {
    const tensors = yield* tensorsUnder(checkpoint, `stage_states.${stage}.`)
    states.set(stage, { tensors, values })
  }
  return states
})

/** Where the checkpointed run stood. */
export const progress = ({ meta }: Checkpoint): Progress => ({
  epoch: meta.epoch,
  step: meta.step,
  globalStep: meta.global_step,
  position: meta.position,
  history: meta.train_history,
  best: meta.best,
  bests: meta.bests ?? {},
  stopped: meta.stopped,
  divergence: meta.divergence ?? null
})

const tensorsUnder = (
  checkpoint: Checkpoint,
  prefix: string
): Effect.Effect<Record<string, tf.Tensor>> =>
  Effect.forEach(
    [...checkpoint.tensors].filter(([name]) => name.startsWith(prefix)),
    ([name, tensor]) =>
      Effect.map(toTensor(tensor), (value) => [name.slice(prefix.length), value] as const)
  ).pipe(Effect.map(Object.fromEntries))

const toTensor = ({ dtype, shape, bytes }: CheckpointTensor): Effect.Effect<tf.Tensor> =>
  Effect.map(bytes, (raw) => {
    // A copy of its own: the bytes may be a view of a whole file, at an offset floats cannot have.
    const own = raw.slice()
    switch (dtype) {
      case "F32":
        return tf.tensor(new Float32Array(own.buffer), [...shape], "float32")
      case "I32":
        return tf.tensor(new Int32Array(own.buffer), [...shape], "int32")
      case "BOOL":
      case "U8":
        return tf.tensor(own, [...shape], "bool")
    }
  })

const disposing = (tensors: Record<string, tf.Tensor>) =>
  Effect.sync(() => Object.values(tensors).forEach((tensor) => tensor.dispose()))

/** Runs `body` with the weights of `checkpoint` in the run's model, then puts the run's own back. */
export const withWeightsOf = <A, E, R>(
  checkpoint: Checkpoint,
  of: ReadonlyArray<Weight>,
  body: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => of.map((weight) => tf.keep(tf.clone(tensorOf(weight))))),
    () => Effect.zipRight(weights(checkpoint, of), body),
    (own) =>
      Effect.sync(() =>
        of.forEach((weight, i) => {
          tensorOf(weight).assign(own[i] as never)
          own[i]!.dispose()
        })
      )
  )
