import * as Choice from "../config/Choice.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { AnyDataset } from "../data/Dataset.js"
import * as Sampler from "../data/Sampler.js"
import { t } from "../language/Text.js"
import type { Scheduler } from "./Scheduler.js"

/** A field of `training` that cannot be as it is, and why. */
export interface Refused {
  readonly field: string
  readonly value: unknown
  readonly detail: string
}

/**
 * What of a config needs to know how many examples the training split has, where nobody does; null: nothing.
 */
export const needsLength = (
  training: Pick<
    TrainingConfig,
    "class_weights" | "num_epochs" | "sampler" | "scheduler" | "validation_interval"
  >,
  dataset: Pick<AnyDataset, "train">,
  scheduler: Pick<Scheduler, "learningRate">
): Refused | null => {
  if (dataset.train.size !== Infinity) return null
  const { class_weights, num_epochs, sampler, validation_interval } = training
  const reader = Choice.made<Sampler.Sampler>(sampler, Sampler.builtIn)
  if (sampler.name !== Sampler.shuffle.name || reader.readsLabels === true) {
    return {
      field: "sampler",
      value: sampler.name,
      detail: t`it chooses examples by index, and those of a stream come in order`
    }
  }
  if (class_weights === "balanced") {
    return {
      field: "class_weights",
      value: class_weights,
      detail: t`it counts the labels of all examples; give the weights of a stream as numbers`
    }
  }
  if (validation_interval !== null && validation_interval < 1) {
    return {
      field: "validation_interval",
      value: validation_interval,
      detail: t`nobody knows how long an epoch of this stream is; give a number of steps, or the stream a length`
    }
  }
  return goesBySteps(scheduler, num_epochs)
    ? {
        field: "scheduler",
        value: training.scheduler.name,
        detail: t`its learning rate goes by the steps of an epoch, and nobody knows how many this stream has; give the stream a length, or choose a schedule that goes by epochs`
      }
    : null
}

/** Whether the rate of a step depends on how many steps an epoch has. */
const goesBySteps = ({ learningRate }: Pick<Scheduler, "learningRate">, numEpochs: number) =>
  [0, Math.floor(numEpochs / 2), numEpochs - 1].some((epoch) => {
    const rate = (stepsPerEpoch: number) => {
      const totalSteps = numEpochs * stepsPerEpoch
      return learningRate({ epoch, step: 3, globalStep: 3, stepsPerEpoch, numEpochs, totalSteps })
    }
    return rate(10) !== rate(20)
  })
