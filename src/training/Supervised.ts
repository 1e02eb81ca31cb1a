import * as tf from "../tf.js"
import type { Scalar, Tensor } from "../tf.js"
import type { LabelledBatch } from "../data/Batch.js"
import type { AnyDataset } from "../data/Dataset.js"
import { layoutOf } from "../data/Layout.js"
import {
  inputNamesOf,
  inputsOf,
  outputNamesOf,
  outputsOf,
  targetOf,
  type Target
} from "./BatchTensors.js"
import { headsOf, lossesOf, measure, type Losses } from "./Heads.js"
import * as Mixup from "./Mixup.js"
import type { AnyObjective } from "./Objective.js"
import { outputsToRead } from "./Predictions.js"
import type { EvaluatedLoss, LossInput, Models } from "./Phase.js"

/**
 * The loss and the metrics of an objective on the outputs of a run's only model. With `mixup`, examples
 * are mixed in training, see `Mixup`; metrics see the labels of the examples themselves.
 */
export const supervised = (
  objective: AnyObjective,
  dataset: AnyDataset,
  model: Models[string],
  mixup = 0
): ((input: LossInput<Models, LabelledBatch>) => EvaluatedLoss) => {
  const layout = layoutOf(dataset)
  const heads = headsOf(objective, dataset, outputNamesOf(model))
  const inputNames = inputNamesOf(model)
  const isSingle = heads.length === 1 && heads[0]!.name === null
  /** Measures after the gradients: the tape of TensorFlow.js slows down with each operation on it. */
  const later = (
    targets: ReadonlyArray<Target>,
    outputs: ReadonlyArray<Tensor>,
    losses: Losses
  ) => {
    const { labels, weights } = targets[0]!
    const read = [labels, ...(weights === null ? [] : [weights.tensor]), ...outputs]
    const held = read.map((tensor) => tf.keep(tensor))
    return () => {
      const measured = measure(heads, targets, outputs, losses)
      tf.dispose(held)
      return measured
    }
  }
  /** The loss against the labels of the examples, and of those that they are mixed with. */
  const mixedLosses = (
    mix: Mixup.Mix,
    batch: LabelledBatch,
    targets: ReadonlyArray<Target>,
    outputs: ReadonlyArray<Tensor>,
    shardOf: LossInput<Models, LabelledBatch>["shardOf"]
  ): Losses => {
    const partners = Mixup.partners(batch, mix)
    const theirs = lossesOf(
      heads,
      heads.map((head) => targetOf(head, partners, shardOf)),
      outputs
    )
    const own = lossesOf(heads, targets, outputs)
    const both = (a: Scalar, b: Scalar) =>
      tf.add<Scalar>(tf.mul(a, mix.share), tf.mul(b, 1 - mix.share))
    return {
      total: both(own.total, theirs.total),
      each: own.each.map((loss, i) => both(loss, theirs.each[i]!))
    }
  }
  return ({ batch, rng, shardOf, training }) => {
    const mix = training && mixup > 0 ? Mixup.draw(mixup, batch.size, rng) : null
    const given = inputsOf(layout.inputs, batch.inputs, batch.size, inputNames)
    const inputs = mix === null ? given : given.map((tensor) => Mixup.inputs(tensor, mix))
    const targets = heads.map((head) => targetOf(head, batch, shardOf))
    const outputs = outputsOf(model, inputs, training)
    const losses =
      mix === null
        ? lossesOf(heads, targets, outputs)
        : mixedLosses(mix, batch, targets, outputs, shardOf)
    return {
      loss: losses.total,
      weight: heads.length === 1 ? targets[0]!.lossWeights?.sum : undefined,
      metrics:
        isSingle && training
          ? later(targets, outputs, losses)
          : measure(heads, targets, outputs, losses),
      ...(!training && { outputs: outputsToRead(heads, outputs) })
    }
  }
}
