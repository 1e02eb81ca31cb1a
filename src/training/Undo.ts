import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { replace } from "../backends/tfjs/layers/LayerStates.js"
import { phasesOf } from "./BoundPhase.js"
import { partsOf } from "./ModelParts.js"
import type { RunFields } from "./RunFields.js"
import { tensorOf, type Weight } from "./Weights.js"

/** What a step may have changed, as it was before: copies that share memory until it does. */
export interface Undo {
  readonly restore: () => void
  readonly dispose: () => void
}

/** Keeps what a forward pass changes: the averages of batch normalization, and hidden states. */
export const ofForwardPass = (run: RunFields): Undo =>
  keep(
    run,
    partsOf(run).weights.filter(({ trainable }) => !trainable)
  )

/** Runs a step that may update more than once; if it gives null, has the run be as it was before. */
export const onSkip = <A, E, R>(
  run: RunFields,
  step: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  run.config.training.on_divergence.name !== "skip"
    ? step
    : Effect.acquireUseRelease(
        Effect.sync(() => ({
          passed: keep(run, partsOf(run).weights),
          optimizers: keepOptimizers(run)
        })),
        ({ optimizers, passed }) =>
          Effect.tap(step, (sums) => {
            if (sums !== null) return Effect.void
            passed.restore()
            return optimizers.restore
          }),
        ({ optimizers, passed }) =>
          Effect.sync(() => {
            passed.dispose()
            optimizers.dispose()
          })
      )

const keep = (run: RunFields, weights: ReadonlyArray<Weight>): Undo => {
  const { statefulLayers } = partsOf(run)
  const held = weights.map((weight) => ({ weight, value: copy(tensorOf(weight)) }))
  const states = statefulLayers.map(({ layer }) => layer.states_.map(copy))
  return {
    restore: () => {
      held.forEach(({ value, weight }) => tensorOf(weight).assign(value as never))
      statefulLayers.forEach((stateful, i) => replace(stateful, states[i]!))
    },
    dispose: () => tf.dispose([held.map(({ value }) => value), states])
  }
}

const keepOptimizers = (run: RunFields) => {
  const held = phasesOf(run).map(({ optimizer }) => {
    const { tensors, values } = optimizer.stateDict()
    const copies = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, copy(tensor)])
    )
    return { optimizer, state: { tensors: copies, values } }
  })
  return {
    // A state of its own always fits.
    restore: Effect.forEach(held, ({ optimizer, state }) =>
      Effect.orDie(optimizer.loadStateDict(state))
    ),
    dispose: () => tf.dispose(held.map(({ state }) => state.tensors))
  }
}

const copy = (tensor: tf.Tensor): tf.Tensor => tf.keep(tf.clone(tensor))
