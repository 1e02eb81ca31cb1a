import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as LayerStates from "../backends/tfjs/layers/LayerStates.js"
import type { StatefulLayer } from "../backends/tfjs/layers/LayerStates.js"
import type { Checkpoint, CheckpointTensor } from "../checkpointing/Checkpoint.js"
import { t } from "../language/Text.js"
import type { ModelParts } from "./ModelParts.js"
import type { Optimizer } from "./Optimizer.js"
import type { Scheduler } from "./Scheduler.js"
import { StateError, type StateDict } from "./Stateful.js"
import { tensorOf, type Weight } from "./Weights.js"

/** The parts of a run whose states a checkpoint holds, apart from those that register. */
export interface Parts extends Pick<ModelParts, "weights" | "statefulLayers"> {
  readonly optimizers: Readonly<Record<string, Optimizer>>
  readonly scheduler: Scheduler
}

/** Loads the states of all parts; returns the names of the layers and optimizers that start without. */
export const parts = Effect.fn("RestoreState.parts")(function* (
  checkpoint: Checkpoint,
  into: Parts
) {
  yield* weights(checkpoint, into.weights)
  const layers = yield* layerStates(checkpoint, into.statefulLayers)
  const without = yield* optimizers(checkpoint, into.optimizers)
  const values = checkpoint.meta.scheduler_state_dict
  yield* into.scheduler.loadStateDict({ tensors: {}, values })
  return { layers, optimizers: without }
})

/**
 * Copies a checkpoint's model_state_dict into the weights, which must fit it (see Compatibility). With
 * a `state`, copies the weights that the state of that name holds instead, where it holds them.
 */
export const weights = (
  { tensors }: Checkpoint,
  into: ReadonlyArray<Weight>,
  state?: string
): Effect.Effect<void> =>
  Effect.forEach(
    into,
    (weight) => {
      const own = `model_state_dict.${weight.name}`
      const other = tensors.get(`stage_states.${state}.${weight.name}`)
      return Effect.map(toTensor(other ?? tensors.get(own)!), (saved) => {
        tensorOf(weight).assign(saved as never)
        saved.dispose()
      })
    },
    { discard: true }
  )

/**
 * Puts the hidden states of stateful layers back. Gives the names of those that the checkpoint does
 * not have, or has in another shape (as after a change of the batch size): they begin with zeros.
 */
export const layerStates = Effect.fn("RestoreState.layerStates")(function* (
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

/**
 * Loads the states of the optimizers, and returns the names of those that start without one, as the
 * checkpoint has the state of an optimizer of another kind.
 */
const optimizers = Effect.fn("RestoreState.optimizers")(function* (
  checkpoint: Checkpoint,
  into: Readonly<Record<string, Optimizer>>
) {
  const all = Object.entries(into)
  const saved = checkpoint.meta.optimizer_state_dict
  const without: Array<string> = []
  for (const [name, optimizer] of all) {
    const own = all.length > 1 ? saved[name] : saved
    const values = Predicate.isReadonlyRecord(own) ? own : {}
    if (values["name"] !== optimizer.name) {
      without.push(optimizer.name)
      continue
    }
    const prefix = `optimizer_state_dict.${all.length > 1 ? `${name}.` : ""}`
    const tensors = yield* tensorsUnder(checkpoint, prefix)
    yield* Effect.ensuring(optimizer.loadStateDict({ tensors, values }), disposing(tensors))
  }
  return without
})

/** The states of stages by their names; the tensors are the caller's to dispose. */
export const stageStates = Effect.fn("RestoreState.stageStates")(function* (
  checkpoint: Checkpoint
) {
  const states = new Map<string, StateDict>()
  for (const [stage, values] of Object.entries(checkpoint.meta.stage_states)) {
    const tensors = yield* tensorsUnder(checkpoint, `stage_states.${stage}.`)
    states.set(stage, { tensors, values })
  }
  return states
})

/** The tensors whose names begin with `prefix`, under the rest of their names; they must be disposed. */
const tensorsUnder = (
  checkpoint: Checkpoint,
  prefix: string
): Effect.Effect<Record<string, tf.Tensor>> =>
  Effect.forEach(
    [...checkpoint.tensors].filter(([name]) => name.startsWith(prefix)),
    ([name, tensor]) =>
      Effect.map(toTensor(tensor), (value) => [name.slice(prefix.length), value] as const)
  ).pipe(Effect.map(Object.fromEntries))

/** The tensor, which must be disposed. */
export const toTensor = ({ dtype, shape, bytes }: CheckpointTensor): Effect.Effect<tf.Tensor> =>
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

/** Fails unless a checkpoint has a state of that name which holds weights. */
export const checkWeights = (
  { tensors }: Checkpoint,
  into: ReadonlyArray<Weight>,
  state: string
): Effect.Effect<void, StateError> =>
  into.some(({ name }) => tensors.has(`stage_states.${state}.${name}`))
    ? Effect.void
    : Effect.fail(
        new StateError({
          reason: "Mismatch",
          owner: `"${state}"`,
          detail: t`no tensor in it has the name of a weight`
        })
      )

/** Runs `body` with the weights of a checkpoint, or these tensors by name, then puts the own back. */
export const withWeights = <A, E, R>(
  of: ReadonlyArray<Weight>,
  others: Checkpoint | Readonly<Record<string, tf.Tensor>>,
  body: Effect.Effect<A, E, R>,
  state?: string
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => of.map((weight) => tf.keep(tf.clone(tensorOf(weight))))),
    () =>
      Effect.zipRight(isCheckpoint(others) ? weights(others, of, state) : assign(of, others), body),
    (own) =>
      Effect.sync(() =>
        of.forEach((weight, i) => {
          tensorOf(weight).assign(own[i] as never)
          own[i]!.dispose()
        })
      )
  )

const isCheckpoint = (value: object): value is Checkpoint =>
  "meta" in value && "tensors" in value && value.tensors instanceof Map

const assign = (of: ReadonlyArray<Weight>, tensors: Readonly<Record<string, tf.Tensor>>) =>
  Effect.sync(() => {
    for (const weight of of) {
      const other = tensors[weight.name]
      if (other !== undefined) tensorOf(weight).assign(tf.clone(other) as never)
    }
  })
