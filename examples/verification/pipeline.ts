/**
 * Speaker verification: whether two recordings are of one speaker, whom training need never have heard. The model
 * gives each recording an embedding; those of one speaker have large cosines. What validates and tests are trials,
 * all pairs of recordings of speakers that are in no other split, measured by the equal error rate:
 *
 *   cd examples/verification && npx holdfast run pipeline.ts
 *   npx tsx compare.ts checkpoints/verification one.wav another.wav
 *
 * Without recordings it makes synthetic voices; with them: --set data.root=recordings
 */
import * as Schema from "effect/Schema"
import {
  Config,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages,
  type ModelInput,
  type Objective
} from "holdfast"
import { SpeakerData, SpeakerFolder, StatisticsPooling } from "holdfast/audio"
import * as tf from "holdfast/tf"

export const VerificationConfig = Config.make({
  model: Schema.Struct({
    filters: Schema.Int,
    embedding: Schema.Int
  }),
  data: SpeakerData
})
export type VerificationConfig = typeof VerificationConfig.Type

/** An x-vector (Snyder et al., 2018), but small: log-mel frames in, an embedding out. */
const model = ({ config, inputShape }: ModelInput<VerificationConfig>) => {
  const { embedding, filters } = config.model
  const { layers } = tf
  const momentum = 0.9
  return tf.sequential({
    layers: [
      layers.batchNormalization({ momentum, inputShape: [...inputShape] }),
      layers.conv1d({ filters, kernelSize: 5, activation: "relu" }),
      layers.batchNormalization({ momentum }),
      layers.conv1d({ filters, kernelSize: 3, activation: "relu" }),
      layers.batchNormalization({ momentum }),
      new StatisticsPooling(),
      layers.dense({ units: embedding })
    ]
  })
}

const ofLengthOne = (embeddings: tf.Tensor): tf.Tensor2D =>
  tf.div(embeddings, tf.maximum(tf.norm(embeddings, "euclidean", 1, true), 1e-6))

/** How much a difference of cosines counts. */
const temperature = 0.1

/**
 * The supervised contrastive loss (Khosla et al., arXiv:2004.11362) of a batch: for each two recordings of a
 * speaker, the cross-entropy of finding the one from the other among all, by cosines over the temperature. It asks
 * only which recordings are of one speaker, so that it measures speakers whom training has not heard as well.
 */
const contrastive: Objective.Objective = {
  name: "contrastive",
  labelType: "int32",
  loss: (labels, output) => {
    const embeddings = ofLengthOne(output)
    const itself = tf.eye(embeddings.shape[0])
    const logits = tf
      .matMul(embeddings, embeddings, false, true)
      .div(temperature)
      .sub(tf.mul(itself, 1e9))
    const found = tf.sub(logits, tf.logSumExp(logits, 1, true))
    const speaker = tf.cast(labels, "float32")
    const same = tf.equal(tf.expandDims(speaker, 0), tf.expandDims(speaker, 1))
    const pairs = tf.sub(tf.cast(same, "float32"), itself)
    return tf.div(tf.sum(tf.mul(found, pairs)).neg(), tf.maximum(tf.sum(pairs), 1))
  },
  metrics: [],
  predict: ofLengthOne
}

export default Pipeline.make(
  "verification",
  Stages.loadConfig(VerificationConfig),
  Stages.loadDataset((config: VerificationConfig) => SpeakerFolder.speakerFolder(config)),
  Stages.restoreOrInit({
    model,
    objective: contrastive,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_eer", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
