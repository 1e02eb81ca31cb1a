import type { Tensor } from "../tf.js"
import * as Effect from "effect/Effect"
import { english } from "../language/Text.js"
import type { BackendError } from "../backends/BackendError.js"
import * as Norm from "../backends/Norm.js"
import { Diverged, type Culprit } from "./Diverged.js"
import * as DivergencePolicy from "./DivergencePolicy.js"
import { partsOf } from "./ModelParts.js"
import type { Progress } from "./Progress.js"
import { learningRate, type RunFields } from "./RunFields.js"
import { tensorOf, type Weight } from "./Weights.js"

/** What gives it away that a run has diverged. */
export type Oddity = Pick<Diverged, "quantity" | "value">

/** What is odd about a step before its update, by its loss and, if measured, the gradient's norm. */
export const oddityOf = (run: RunFields, loss: number, norm: number | undefined): Oddity | null => {
  const limit = DivergencePolicy.limitOf(run.config.training.on_divergence)
  if (DivergencePolicy.isBeyond(loss, limit)) return { quantity: "train_loss", value: loss }
  return norm !== undefined && DivergencePolicy.isBeyond(norm, limit)
    ? { quantity: english`gradient norm`, value: norm }
    : null
}

/**
 * The error of a step that has diverged, by what is left of it: gradients by the weights' names, or null
 * where the weights have been updated by them since, so that only the inputs tell where it began.
 */
export const inStep = (
  run: RunFields,
  at: Progress,
  oddity: Oddity,
  inputs: ReadonlyArray<ArrayLike<number>>,
  gradients: ReadonlyMap<string, Tensor> | null
): Effect.Effect<never, BackendError | Diverged> =>
  Effect.suspend(() => {
    const limit = DivergencePolicy.limitOf(run.config.training.on_divergence)
    return Effect.flatMap(culpritOf(run, limit!, inputs, gradients), (culprit) =>
      Effect.fail(diverged(run, at, { ...oddity, step: at.step + 1, culprit }))
    )
  })

/** Fails if a loss that was measured outside of a step has diverged. */
export const checkLoss = (run: RunFields, at: Progress, quantity: string, value: number) =>
  Effect.gen(function* () {
    const limit = DivergencePolicy.limitOf(run.config.training.on_divergence)
    if (!DivergencePolicy.isBeyond(value, limit)) return
    const culprit = yield* firstBeyond(partsOf(run).weights, limit!)
    return yield* diverged(run, at, { quantity, value, step: 0, culprit })
  })

/** Whether all weights are finite; fails if some have diverged. */
export const checkWeights = (
  run: RunFields,
  at: Progress,
  tensors: ReadonlyArray<Tensor>
): Effect.Effect<boolean, BackendError | Diverged> =>
  Effect.gen(function* () {
    const limit = DivergencePolicy.limitOf(run.config.training.on_divergence)
    const norms = yield* Norm.norms(tensors)
    const first = norms.findIndex((norm) => DivergencePolicy.isBeyond(norm, limit))
    if (first === -1) return norms.every((norm) => Number.isFinite(norm))
    const culprit: Culprit = { kind: "weight", name: partsOf(run).weights[first]!.name }
    const value = norms[first]!
    return yield* diverged(run, at, {
      quantity: english`weight norm`,
      value,
      step: at.step,
      culprit
    })
  })

const diverged = (
  run: RunFields,
  at: Progress,
  found: Pick<Diverged, "quantity" | "value" | "step" | "culprit">
) =>
  new Diverged({
    ...found,
    epoch: at.epoch + 1,
    learningRate: learningRate(run, at),
    skips: at.divergence?.skips ?? 0,
    restores: at.divergence?.restores ?? 0,
    checkpoint: null
  })

/** Where it began, as far as what is left of the step tells: in the data, in the weights, in between. */
const culpritOf = (
  run: RunFields,
  limit: number,
  inputs: ReadonlyArray<ArrayLike<number>>,
  gradients: ReadonlyMap<string, Tensor> | null
): Effect.Effect<Culprit | null, BackendError> =>
  Effect.gen(function* () {
    for (const values of inputs) {
      for (let i = 0; i < values.length; i++) {
        if (!Number.isFinite(values[i])) return { kind: "input", name: run.dataset.name }
      }
    }
    if (gradients === null) return null
    const weight = yield* firstBeyond(partsOf(run).weights, limit)
    if (weight !== null) return weight
    const norms = yield* Norm.norms([...gradients.values()])
    const nth = norms.findIndex((norm) => DivergencePolicy.isBeyond(norm, limit))
    return nth === -1 ? null : { kind: "gradient", name: [...gradients.keys()][nth]! }
  })

const firstBeyond = (
  weights: ReadonlyArray<Weight>,
  limit: number
): Effect.Effect<Culprit | null, BackendError> =>
  Effect.map(Norm.norms(weights.map(tensorOf)), (norms) => {
    const nth = norms.findIndex((norm) => DivergencePolicy.isBeyond(norm, limit))
    return nth === -1 ? null : { kind: "weight", name: weights[nth]!.name }
  })
