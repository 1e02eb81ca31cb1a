import type { TrainingConfig } from "../../config/TrainingConfig.js"
import { t } from "../../language/Text.js"
import { firstEpoch } from "../average/BuiltIn.js"
import { halfCosine } from "./Cosine.js"
import type { Schedule, ScheduleInput } from "./Schedule.js"

/* Schedules made of another schedule. */

/**
 * `schedule`, its rate multiplied in the first `steps` steps of the run by 1 / (steps + 1), 2 / (steps
 * + 1) and so on: a linear warm-up to the rate that the schedule has by then (Goyal et al.,
 * arXiv:1706.02677).
 */
export const warmup = (schedule: Schedule, steps: number): Schedule =>
  steps === 0
    ? schedule
    : {
        ...schedule,
        rate: (input, state) => {
          const rate = schedule.rate(input, state)
          const { globalStep } = input
          return globalStep < steps ? (rate * (globalStep + 1)) / (steps + 1) : rate
        }
      }

/** Options of `afterWarmup`, as `training.warmup` has them. */
export type Warmup = NonNullable<TrainingConfig["warmup"]>

/**
 * `schedule` after a linear warm-up, from `start_factor` times its first rate up to that rate. It then
 * runs over what is left of the run, as if that were the whole run: the schedules "with warmup" of
 * Hugging Face, and PyTorch's SequentialLR of LinearLR and another.
 */
export const afterWarmup = (
  schedule: Schedule,
  { length, start_factor, unit }: Warmup
): Schedule => ({
  ...schedule,
  rate: (input, state) => {
    const { epoch, step, stepsPerEpoch, totalSteps } = input
    const steps = unit === "epoch" ? length * stepsPerEpoch : length
    const at = epoch * stepsPerEpoch + step - steps
    const rest = schedule.rate(from(input, Math.max(0, at), totalSteps - steps), state)
    if (at >= 0) return rest
    const share = unit === "epoch" ? epoch / length : (at + steps) / steps
    return rest * (start_factor + (1 - start_factor) * share)
  },
  warning: (training) =>
    unit === "epoch" && length >= training.num_epochs
      ? t`training.warmup.length is ${length} epochs and training.num_epochs is ${training.num_epochs}: the learning rate rises to the end, and never reaches training.learning_rate`
      : (schedule.warning?.(training) ?? null)
})

/** The position `steps` into a run of `total` steps. */
const from = (input: ScheduleInput, steps: number, total: number): ScheduleInput => {
  const { stepsPerEpoch } = input
  const totalSteps = Math.max(1, total)
  return {
    ...input,
    epoch: Math.floor(steps / stepsPerEpoch),
    step: steps % stepsPerEpoch,
    globalStep: steps,
    totalSteps,
    numEpochs: totalSteps / stepsPerEpoch
  }
}

/** What `annealed` reads of `training.swa`. */
export type Annealing = Pick<
  NonNullable<TrainingConfig["swa"]>,
  "anneal_epochs" | "learning_rate" | "start"
>

/**
 * `schedule` until `start` (see `Average.swa`), and from there, over `anneal_epochs`, half a cosine from
 * the rate that it has there to `learning_rate`, which stays: PyTorch's SWALR.
 */
export const annealed = (
  schedule: Schedule,
  { anneal_epochs, learning_rate, start }: Annealing
): Schedule =>
  learning_rate === null
    ? schedule
    : {
        ...schedule,
        rate: (input, state) => {
          const first = firstEpoch(start, input.numEpochs)
          const done = input.epoch - first
          if (done < 0) return schedule.rate(input, state)
          if (done >= anneal_epochs) return learning_rate
          const globalStep = first * input.stepsPerEpoch
          const begin = schedule.rate({ ...input, epoch: first, step: 0, globalStep }, state)
          return halfCosine(begin, learning_rate, done / anneal_epochs)
        }
      }
