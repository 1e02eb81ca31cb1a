import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import type { BackendError } from "../backend/BackendError.js"
import { afterStep } from "../backend/layers/States.js"
import * as Reading from "../backend/Reading.js"
import type { Batch } from "../data/Dataset.js"
import type { Objective } from "./Objective.js"
import * as Random from "./Random.js"
import type { Run } from "./Run.js"
import { tensorOf } from "./Weights.js"

/** The metrics of a batch, each summed over its examples: `loss` and those of the objective. */
export type Sums = Readonly<Record<string, number>>

/**
 * One training step: forward, backward, update, without a break, so that nothing can come between;
 * then its metrics are read, for which WebGPU has to be waited. Every random draw in it (dropout,
 * noise) follows from the seed and `at`, the step's own place.
 */
export const train = (
  run: Run,
  batch: Batch,
  at: { readonly epoch: number; readonly step: number }
): Effect.Effect<Sums, BackendError> =>
  sums(batch, () =>
    Random.withMathRandom(Random.generator(run.random, "step", at.epoch, at.step), () =>
      step(run, batch)
    )
  )

/** The metrics of a batch without training on it: layers behave as in use, no dropout. */
export const evaluate = (run: Run, batch: Batch): Effect.Effect<Sums, BackendError> =>
  sums(batch, () => {
    const { inputs, labels } = tensorsOf(run, batch)
    const output = run.model.apply(inputs, { training: false }) as tf.Tensor
    const loss = run.objective.loss(labels, output)
    return metricsOf(run.objective, labels, output, loss)
  })

type Metrics = Readonly<Record<string, tf.Scalar>>

const step = (run: Run, batch: Batch): Metrics => {
  const { inputs, labels } = tensorsOf(run, batch)
  const trainable = run.weights.filter((weight) => weight.trainable)
  let output: tf.Tensor | undefined
  try {
    const { value, grads } = tf.variableGrads(() => {
      output = tf.keep(run.model.apply(inputs, { training: true }) as tf.Tensor)
      return run.penalties.reduce<tf.Scalar>(
        (loss, penalty) => loss.add(penalty()),
        run.objective.loss(labels, output)
      )
    }, trainable.map(tensorOf))
    const gradients = new Map<string, tf.Tensor>()
    for (const weight of trainable) {
      const gradient = grads[tensorOf(weight).name]
      if (gradient != null) gradients.set(weight.name, gradient)
    }
    run.optimizer.apply(gradients, run.scheduler.learningRate())
    // A constraint (max-norm, say) is part of the weight: writing it anew projects it.
    for (const { variable } of trainable) {
      if (variable.constraint != null) variable.write(tf.clone(variable.read()))
    }
    return metricsOf(run.objective, labels, output!, value)
  } finally {
    output?.dispose()
    afterStep(run.statefulLayers)
  }
}

const tensorsOf = (run: Run, batch: Batch) => ({
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
  for (const name in metrics) values[name] = metrics[name]!(labels, output)
  return values
}

/** The loss is a mean over the batch, other metrics are sums. */
const sums = (batch: Batch, compute: () => Metrics): Effect.Effect<Sums, BackendError> =>
  Effect.map(Reading.scalars(compute), (values) => {
    values["loss"]! *= batch.size
    return values
  })
