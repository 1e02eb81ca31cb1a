import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { english } from "../language/Text.js"
import type { BackendError } from "../backends/BackendError.js"
import { afterStep, replace } from "../backends/tfjs/layers/LayerStates.js"
import * as Norm from "../backends/Norm.js"
import * as Readback from "../backends/Readback.js"
import type { Batch } from "../data/Batch.js"
import type { Diverged } from "./Diverged.js"
import * as Divergence from "./Divergence.js"
import * as DivergencePolicy from "./DivergencePolicy.js"
import { partsOf } from "./ModelParts.js"
import type { Objective } from "./Objective.js"
import type { Progress } from "./Progress.js"
import * as Random from "./Random.js"
import { learningRate, type RunFields } from "./RunFields.js"
import { tensorOf, type Weight } from "./Weights.js"

/** The metrics of a batch, each summed over its examples: `loss` and those of the objective. */
export type Sums = Readonly<Record<string, number>>

/**
 * One training step: forward and backward; then its metrics are read, for which WebGPU has to be
 * waited; then the update, unless they have diverged. Gives the metrics, or null for a step that is
 * skipped, which has changed nothing. Every random draw in it (dropout, noise) follows from the seed
 * and `at`, the step's own place. Must not be interrupted.
 */
export const train = (
  run: RunFields,
  batch: Batch,
  at: Progress
): Effect.Effect<Sums | null, BackendError | Diverged> =>
  Effect.suspend(() => {
    const trainable = partsOf(run).weights.filter((weight) => weight.trainable)
    const undo = run.config.training.on_divergence.name === "skip" ? keep(run) : null
    const draw = Random.generator(run.random, "step", at.epoch, at.step)
    const forth = () => Random.withMathRandom(draw, () => pass(run, batch, trainable, at))
    const back = ({ gradients }: Passed, read: Record<string, number>): Done => {
      const norm = read[normName]
      if (norm !== undefined) delete read[normName]
      const oddity = Divergence.oddityOf(run, read["loss"]!, norm)
      if (oddity === null) {
        update(run, trainable, gradients, at)
        undo?.dispose()
        return { sums: overBatch(read, batch) }
      }
      if (DivergencePolicy.afterStep(run.config.training.on_divergence, at.divergence) === "skip") {
        undo?.restore()
        undo?.dispose()
        return { sums: null }
      }
      undo?.dispose()
      const kept = [...gradients].map(([name, one]) => [name, tf.keep(tf.clone(one))] as const)
      return { oddity, gradients: new Map(kept) }
    }
    return Effect.flatMap(Readback.between(forth, back), (done) =>
      "sums" in done
        ? Effect.succeed(done.sums)
        : Divergence.inStep(run, at, done.oddity, batch.inputs, done.gradients).pipe(
            Effect.tapErrorCause(() => Effect.sync(() => tf.dispose([...done.gradients.values()])))
          )
    )
  })

/** What a step has come to before it changes a weight: gradients by the names of the weights. */
interface Passed {
  readonly metrics: Metrics
  readonly gradients: ReadonlyMap<string, tf.Tensor>
}

/** How a step ended: with its metrics, with null if it is skipped, or with what has diverged. */
type Done =
  | { readonly sums: Sums | null }
  | { readonly oddity: Divergence.Oddity; readonly gradients: ReadonlyMap<string, tf.Tensor> }

/** The metrics of a batch without training on it: layers behave as in use, no dropout. */
export const evaluate = (run: RunFields, batch: Batch): Effect.Effect<Sums, BackendError> =>
  sums(batch, () => {
    const { inputs, labels } = tensorsOf(run, batch)
    const output = run.model.apply(inputs, { training: false }) as tf.Tensor
    const loss = run.objective.loss(labels, output)
    return metricsOf(run.objective, labels, output, loss)
  })

type Metrics = Readonly<Record<string, tf.Scalar>>

/** Under this name the norm of the gradient is read along with the metrics. */
const normName = english`gradient norm`

const pass = (
  run: RunFields,
  batch: Batch,
  trainable: ReadonlyArray<Weight>,
  at: Progress
): Passed => {
  const { inputs, labels } = tensorsOf(run, batch)
  let output: tf.Tensor | undefined
  try {
    const { value, grads } = tf.variableGrads(() => {
      output = tf.keep(run.model.apply(inputs, { training: true }) as tf.Tensor)
      return partsOf(run).penalties.reduce<tf.Scalar>(
        (loss, penalty) => loss.add(penalty()),
        run.objective.loss(labels, output)
      )
    }, trainable.map(tensorOf))
    const gradients = new Map<string, tf.Tensor>()
    for (const weight of trainable) {
      const gradient = grads[tensorOf(weight).name]
      if (gradient != null) gradients.set(weight.name, gradient)
    }
    const metrics = metricsOf(run.objective, labels, output!, value)
    return DivergencePolicy.looksAtGradient(run.config.training.on_divergence, at.globalStep)
      ? { gradients, metrics: { ...metrics, [normName]: Norm.norm([...gradients.values()]) } }
      : { gradients, metrics }
  } finally {
    output?.dispose()
    afterStep(partsOf(run).statefulLayers)
  }
}

const update = (
  run: RunFields,
  trainable: ReadonlyArray<Weight>,
  gradients: ReadonlyMap<string, tf.Tensor>,
  at: Progress
) => {
  run.optimizer.apply(gradients, learningRate(run, at))
  // A constraint (max-norm, say) is part of the weight: writing it anew projects it.
  for (const { variable } of trainable) {
    if (variable.constraint != null) variable.write(tf.clone(variable.read()))
  }
}

/** Keeps what the forward pass changes: averages of batch normalization, and hidden states. */
const keep = (run: RunFields) => {
  const { statefulLayers, weights } = partsOf(run)
  const copy = (tensor: tf.Tensor) => tf.keep(tf.clone(tensor))
  const held = weights
    .filter((weight) => !weight.trainable)
    .map((weight) => ({ weight, value: copy(tensorOf(weight)) }))
  const states = statefulLayers.map((stateful) => stateful.layer.states_.map(copy))
  return {
    restore: () => {
      held.forEach(({ value, weight }) => tensorOf(weight).assign(value as never))
      statefulLayers.forEach((stateful, i) => replace(stateful, states[i]!))
    },
    dispose: () => tf.dispose([held.map(({ value }) => value), states])
  }
}

const tensorsOf = (run: RunFields, batch: Batch) => ({
  inputs: tf.tensor(batch.inputs, [batch.size, ...run.dataset.inputShape], "float32"),
  labels: tf.tensor(batch.labels, [batch.size, ...run.dataset.labelShape], run.objective.labelType)
})

const metricsOf = (
  { metrics }: Objective,
  labels: tf.Tensor,
  output: tf.Tensor,
  loss: tf.Scalar
): Metrics => {
  const values: Record<string, tf.Scalar> = { loss }
  for (const metric of metrics)
    values[metric.name] = metric.measure(labels, output, null) as tf.Scalar
  return values
}

/** The loss is a mean over the batch, other metrics are sums. */
const sums = (batch: Batch, compute: () => Metrics): Effect.Effect<Sums, BackendError> =>
  Effect.map(Readback.scalars(compute), (values) => overBatch(values, batch))

const overBatch = (means: Record<string, number>, batch: Batch): Sums => {
  // In place, as this is done every step.
  means["loss"]! *= batch.size
  return means
}
