import * as tf from "../tf.js"
import type { Dataset } from "../data/Dataset.js"
import type { Objective } from "./Objective.js"
import type { LossFunction } from "./Phase.js"

/** The loss and the metrics of an objective on the outputs of the run's only model. */
export const supervised =
  ({ labelType, loss, metrics }: Objective, dataset: Dataset): LossFunction =>
  ({ batch, models, training }) => {
    const inputs = tf.tensor(batch.inputs, [batch.size, ...dataset.inputShape], "float32")
    const labels = tf.tensor(batch.labels, [batch.size, ...dataset.labelShape], labelType)
    const output = models["model"]!.apply(inputs, { training }) as tf.Tensor
    const measured: Record<string, tf.Scalar> = {}
    for (const metric of metrics) {
      measured[metric.name] = metric.measure(labels, output, null) as tf.Scalar
    }
    return { loss: loss(labels, output), metrics: measured }
  }
