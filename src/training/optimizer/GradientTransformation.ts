import type { Rng } from "../../data/Dataset.js"
import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"

/** Gradients by the names of their weights; a weight that the loss does not depend on has none. */
export type Gradients = ReadonlyMap<string, Tensor>

/** What a gradient transformation reads in a step. */
export interface TransformInput {
  readonly gradients: Gradients
  readonly weights: ReadonlyMap<string, Tensor>
  /** What is kept of each weight, by the weight's name and the slot's. */
  readonly slots: ReadonlyMap<string, Readonly<Record<string, Tensor>>>
  readonly counters: Readonly<Record<string, number>>
  /** The number of the update that the gradients are for, from 1. */
  readonly step: number
  /** Uniform in [0, 1), derived from the seed and the position of the run. Draw from nothing else. */
  readonly rng: Rng
}

/** What it gives. What it leaves out of `slots` and `counters` stays as it is. */
export interface Transformed {
  /** The gradients that the next link of the chain reads; null: no weight changes in this step. */
  readonly gradients: Gradients | null
  readonly slots?: ReadonlyMap<string, Readonly<Record<string, Tensor>>>
  readonly counters?: Readonly<Record<string, number>>
}

/**
 * A link of an optimizer's chain before its update rule: changes the gradients of a step, all
 * together. What it gives must depend on nothing but its input; then training resumes exactly. It is
 * run within `tf.tidy`.
 */
export interface GradientTransformation {
  /** What it keeps of each weight from step to step: tensors of the weight's shape, zero at first. */
  readonly slots?: ReadonlyArray<string>
  /** The numbers that it keeps from step to step, zero at first. */
  readonly counters?: ReadonlyArray<string>
  readonly transform: (input: TransformInput) => Transformed
}

/** A transformation of each gradient by itself, given its weight and the weight's name. */
export const mapGradients = (
  change: (gradient: Tensor, weight: Tensor, name: string) => Tensor
): GradientTransformation => ({
  transform: ({ gradients, weights }) => ({
    gradients: new Map(
      [...gradients].map(([name, gradient]) => [
        name,
        tf.tidy(() => change(gradient, weights.get(name)!, name))
      ])
    )
  })
})

/**
 * Adds `decay` times each weight to its gradient: L2 regularisation. `decays` tells by the names of
 * weights which ones; all unless given.
 *
 * @example
 * ```ts
 * import { Optimizer } from "holdfast"
 *
 * const optimizer = () =>
 *   Optimizer.chain(
 *     Optimizer.weightDecay(0.01, (name) => name.endsWith(".kernel")),
 *     Optimizer.sgd.make({ momentum: 0.9 })
 *   )
 * ```
 */
export const weightDecay = (
  decay: number,
  decays: (weight: string) => boolean = () => true
): GradientTransformation =>
  mapGradients((gradient, weight, name) =>
    decays(name) ? gradient.add(weight.mul(decay)) : gradient
  )
