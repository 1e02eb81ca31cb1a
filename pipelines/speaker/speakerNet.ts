import * as tf from "holdfast/tf"
import type { ModelInput } from "holdfast"
import { StatisticsPooling } from "holdfast/audio"
import type { SpeakerConfig } from "./SpeakerConfig.js"

/** A small time-delay neural network: log-mel frames [frames, mels] in, a logit a speaker out. */
export const speakerNet = ({ config, inputShape, classes }: ModelInput<SpeakerConfig>) => {
  const { filters, dense_units, dropout, num_classes } = config.model
  const { layers } = tf
  // The default, 0.99, averages over more steps than an epoch of a small corpus has.
  const momentum = 0.9
  return tf.sequential({
    layers: [
      layers.batchNormalization({ momentum, inputShape: [...inputShape] }),
      layers.conv1d({ filters, kernelSize: 5, activation: "relu" }),
      layers.batchNormalization({ momentum }),
      layers.conv1d({ filters, kernelSize: 3, activation: "relu" }),
      layers.batchNormalization({ momentum }),
      new StatisticsPooling(),
      layers.dropout({ rate: dropout }),
      layers.dense({ units: dense_units, activation: "relu" }),
      layers.dropout({ rate: dropout }),
      layers.dense({ units: num_classes ?? classes.length })
    ]
  })
}
