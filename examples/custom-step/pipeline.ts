/**
 * A custom training step: knowledge distillation (Hinton et al., arXiv:1503.02531). The student learns
 * from the labels and from the soft answers of a teacher.
 *
 *   cd examples/custom-step && npx holdfast run pipeline.ts
 */
import { Objective, Optimizer, Pipeline, Scheduler, Stages, TrainStep } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import * as tf from "holdfast/tf"

/** How soft the teacher's answers are, and how much they count beside the labels. */
const [temperature, share] = [4, 0.7]

/**
 * Logits of the teacher. Here it is the best classifier that this data has: the nearer a corner, the
 * likelier its class. In your project, load a model in `loadDataset`, and apply it here.
 */
const teacher = (inputs: tf.Tensor): tf.Tensor => {
  const corners = tf.tensor2d(
    [1, 2, 3].map((n) => Array.from({ length: 8 }, (_, i) => cornerOf(n, i)))
  )
  return inputs.matMul(corners, false, true)
}

const cornerOf = (n: number, i: number): number => ((n & (1 << i)) === 0 ? -1 : 1)

/** Learns from the labels and from the teacher. `minimize` does the rest: gradients, checks, update. */
const distill = (input: TrainStep.StepInput) =>
  TrainStep.minimize(input, ({ batch, models, training }) => {
    const inputs = tf.tensor2d(batch.inputs, [batch.size, 8])
    const labels = tf.tensor1d(batch.labels, "int32")
    const logits = models["model"]!.apply(inputs, { training }) as tf.Tensor2D
    const answers = tf.softmax(teacher(inputs).div(temperature))
    const soft = tf.losses
      .softmaxCrossEntropy(answers, logits.div(temperature))
      .mul<tf.Scalar>(temperature ** 2)
    const hard = Objective.classification.loss(labels, logits)
    return {
      loss: hard.mul(1 - share).add(soft.mul(share)),
      // The sum over the batch, so that the epoch's metric is the mean over its examples.
      metrics: { distillation: soft.mul(batch.size) }
    }
  })

export default Pipeline.make(
  "custom-step",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset((config: BlobsConfig) => blobs(config)),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpochWith({ step: distill }),
    Stages.validate,
    Stages.trackBest({ metric: "val_accuracy", mode: "max" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
