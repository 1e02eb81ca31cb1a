import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as tf from "../tf.js"
import type { Gradients } from "./optimizer/GradientTransformation.js"
import { partsOf } from "./ModelParts.js"
import type { Progress } from "./Progress.js"
import { TypeId, type Run } from "./Run.js"
import { tensorOf } from "./Weights.js"

/**
 * The tensors of one step, by names of weights: its gradients, as the loss gives them, and the weights
 * that it left. Whoever takes them disposes of them.
 */
export interface WatchedStep {
  /** Steps of all epochs, with this one. */
  readonly globalStep: number
  readonly gradients: ReadonlyMap<string, tf.Tensor>
  readonly weights: ReadonlyMap<string, tf.Tensor>
}

/**
 * Called with the gradients of a phase before they update the weights; what it gives is called after.
 * undefined: nobody wants this step.
 */
export type Watch = (position: Progress, gradients: Gradients) => (() => void) | undefined

const watches = new WeakMap<object, Watch>()

/** What watches the steps of a run, if anything does. */
export const watchOf = (run: Run): Watch | undefined => watches.get(run[TypeId])

/**
 * Watches the steps of `run` that are `due`, given where it stands before them, until the scope closes.
 * The effect that it gives takes what was watched since it was last taken. Other steps cost a call of `due`.
 */
export const watch = (
  run: Run,
  due: (position: Progress) => boolean
): Effect.Effect<Effect.Effect<ReadonlyArray<WatchedStep>>, never, Scope.Scope> =>
  Effect.gen(function* () {
    let seen: Array<WatchedStep> = []
    const keep = (tensor: tf.Tensor) => tf.keep(tf.clone(tensor))
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        watches.set(run[TypeId], (position, gradients) => {
          if (!due(position)) return undefined
          const globalStep = position.globalStep + 1
          const kept = [...gradients].map(([name, one]) => [name, keep(one)] as const)
          return () => {
            // A step of several phases leaves the weights that the last one does.
            const before = seen.at(-1)?.globalStep === globalStep ? seen.pop() : undefined
            before?.weights.forEach((one) => one.dispose())
            const weights = partsOf(run).weights.map(
              (one) => [one.name, keep(tensorOf(one))] as const
            )
            seen.push({
              globalStep,
              gradients: new Map([...(before?.gradients ?? []), ...kept]),
              weights: new Map(weights)
            })
          }
        })
      ),
      () =>
        Effect.sync(() => {
          watches.delete(run[TypeId])
          seen.forEach(dispose)
        })
    )
    return Effect.sync(() => {
      const taken = seen
      seen = []
      return taken
    })
  })

/** Frees the tensors of a step. */
export const dispose = ({ gradients, weights }: WatchedStep): void =>
  tf.dispose([...gradients.values(), ...weights.values()])
