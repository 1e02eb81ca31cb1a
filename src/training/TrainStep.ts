import * as tf from "@tensorflow/tfjs"
import type { Batch } from "../data/Dataset.js"
import type { Objective } from "./Objective.js"
import * as Random from "./Random.js"
import type { Run } from "./Run.js"
import { tensorOf } from "./Weights.js"

/** The metrics of a batch, each summed over its examples: `loss` and those of the objective. */
export type Sums = Readonly<Record<string, number>>

/**
 * One training step: forward, backward, update. Synchronous, so that nothing can come between, and
 * every random draw in it (dropout, noise) follows from the seed and `at`, the step's own place.
 */
export const train = (
  run: Run,
  batch: Batch,
  at: { readonly epoch: number; readonly step: number }
): Sums =>
  Random.withMathRandom(Random.generator(run.random, "step", at.epoch, at.step), () =>
    tf.tidy(() => {
      const { inputs, labels } = tensorsOf(run, batch)
      const trainable = run.weights.filter((weight) => weight.trainable)
      let output!: tf.Tensor
      const { value, grads } = tf.variableGrads(() => {
        output = tf.keep(run.model.apply(inputs, { training: true }) as tf.Tensor)
        const penalties = run.model.calculateLosses()
        return penalties.reduce<tf.Scalar>(
          (loss, penalty) => loss.add(penalty),
          run.objective.loss(labels, output)
        )
      }, trainable.map(tensorOf))
      const gradients = new Map(
        trainable.flatMap((weight) => {
          const gradient = grads[tensorOf(weight).name]
          return gradient == null ? [] : [[weight.name, gradient] as const]
        })
      )
      run.optimizer.apply(gradients, run.scheduler.learningRate())
      // A constraint (max-norm, say) is part of the weight: writing it anew projects it.
      for (const { variable } of trainable) {
        if (variable.constraint != null) variable.write(tf.clone(variable.read()))
      }
      const sums = sumsOf(run.objective, labels, output, value, batch.size)
      output.dispose()
      return sums
    })
  )

/** The metrics of a batch without training on it: layers behave as in use, no dropout. */
export const evaluate = (run: Run, batch: Batch): Sums =>
  tf.tidy(() => {
    const { inputs, labels } = tensorsOf(run, batch)
    const output = run.model.apply(inputs, { training: false }) as tf.Tensor
    const loss = run.objective.loss(labels, output)
    return sumsOf(run.objective, labels, output, loss, batch.size)
  })

const tensorsOf = (run: Run, batch: Batch) => ({
  inputs: tf.tensor(batch.inputs, [batch.size, ...run.dataset.inputShape], "float32"),
  labels: tf.tensor(batch.labels, [batch.size, ...run.dataset.labelShape], run.objective.labelType)
})

const sumsOf = (
  objective: Objective,
  labels: tf.Tensor,
  output: tf.Tensor,
  loss: tf.Scalar,
  size: number
): Sums => ({
  loss: loss.dataSync()[0]! * size,
  ...Object.fromEntries(
    Object.entries(objective.metrics).map(([name, metric]) => [
      name,
      metric(labels, output).dataSync()[0]!
    ])
  )
})
