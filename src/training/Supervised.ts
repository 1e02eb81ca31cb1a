import * as tf from "../tf.js"
import type { Tensor } from "../tf.js"
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
import type { AnyObjective } from "./Objective.js"
import type { LossFunction, Models } from "./Phase.js"

/** The loss and the metrics of an objective on the outputs of a run's only model. */
export const supervised = (
  objective: AnyObjective,
  dataset: AnyDataset,
  model: Models[string]
): LossFunction<Models, LabelledBatch> => {
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
  return ({ batch, training }) => {
    const inputs = inputsOf(layout.inputs, batch.inputs, batch.size, inputNames)
    const targets = heads.map((head) => targetOf(head, batch))
    const outputs = outputsOf(model, inputs, training)
    const losses = lossesOf(heads, targets, outputs)
    return {
      loss: losses.total,
      weight: heads.length === 1 ? targets[0]!.lossWeights?.sum : undefined,
      metrics: isSingle ? later(targets, outputs, losses) : measure(heads, targets, outputs, losses)
    }
  }
}
