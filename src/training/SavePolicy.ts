import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Best, EpochRecord } from "../checkpointing/Checkpoint.js"

/** How often to save: every few epochs, steps of all epochs, or seconds since the last save. */
export interface Interval {
  readonly every: number
  readonly unit: "epochs" | "steps" | "seconds"
}

const seconds = { second: 1, minute: 60, hour: 3600 } as const

/** What `training.save_interval` asks for; whichever comes first. */
export const intervals = (config: TrainingConfig["save_interval"]): ReadonlyArray<Interval> =>
  (isList(config) ? config : [config]).map(interval)

const isList = (
  config: TrainingConfig["save_interval"]
): config is Extract<typeof config, ReadonlyArray<unknown>> => Array.isArray(config)

const interval = (text: number | string): Interval => {
  if (typeof text === "number") return { every: text, unit: "epochs" }
  const [count, word] = text.split(" ") as [string, string]
  const unit = word.replace(/s$/, "") as "epoch" | "step" | keyof typeof seconds
  const every = Number(count)
  return unit === "epoch" || unit === "step"
    ? { every, unit: `${unit}s` }
    : { every: every * seconds[unit], unit: "seconds" }
}

/** Whether a save is due after a step that is not the last of its epoch. */
export const isDueAfterStep = (
  intervals: ReadonlyArray<Interval>,
  moment: { readonly globalStep: number; readonly secondsSinceSave: number }
): boolean =>
  intervals.some(({ every, unit }) =>
    unit === "steps"
      ? moment.globalStep % every === 0
      : unit === "seconds" && moment.secondsSinceSave >= every
  )

/** An epoch that ends, and how the run stands then. */
export interface EpochEnd {
  readonly epoch: number
  readonly globalStep: number
  readonly secondsSinceSave: number
  /** What its stages have measured, and the records of the epochs before it. */
  readonly metrics: Readonly<Record<string, number>>
  readonly history: ReadonlyArray<EpochRecord>
  readonly best: Best | null
  readonly isStopped: boolean
}

type Training = Pick<
  TrainingConfig,
  "keep_best" | "keep_best_by" | "keep_every" | "num_epochs" | "on_divergence" | "save_interval"
>

/**
 * Which checkpoints to write as an epoch ends. What retention is to keep must be saved first: the
 * epochs of `keep_every`, and each that is among the `keep_best` so far.
 */
export const dueAtEpochEnd = (
  training: Training,
  end: EpochEnd
): { readonly latest: boolean; readonly best: boolean } => {
  const { keep_every, num_epochs, on_divergence, save_interval } = training
  const every = intervals(save_interval)
  const isBest = end.best?.epoch === end.epoch
  return {
    best: isBest,
    latest:
      every.some((one) => one.unit === "epochs" && end.epoch % one.every === 0) ||
      isDueAfterStep(every, end) ||
      (keep_every !== null && end.epoch % keep_every === 0) ||
      (!isBest && isAmongBest(training, end)) ||
      // To return to, should the next one diverge.
      on_divergence.name === "restore" ||
      end.epoch >= num_epochs ||
      end.isStopped
  }
}

/** Whether fewer than `keep_best` epochs before this one were as good. */
const isAmongBest = (
  { keep_best, keep_best_by }: Pick<Training, "keep_best" | "keep_best_by">,
  { best, history, metrics }: EpochEnd
): boolean => {
  const by = keep_best_by ?? best
  const value = by === null ? undefined : metrics[by.metric]
  if (by === null || value === undefined || !Number.isFinite(value)) return false
  const sign = by.mode === "min" ? 1 : -1
  const better = history.filter((record) => sign * (record[by.metric] ?? NaN) <= sign * value)
  return better.length < keep_best
}
