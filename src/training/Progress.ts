import type {
  Best,
  CheckpointMeta,
  Divergence,
  EpochRecord,
  Position,
  StopReason
} from "../checkpointing/Checkpoint.js"
import type { BestName } from "../checkpointing/FileNames.js"
import { english } from "../language/Text.js"
import * as DivergencePolicy from "./DivergencePolicy.js"
import type { MetricStates } from "./metric/MetricStates.js"
import { improves } from "./Monitor.js"

/**
 * How far a run has come. A value: each function here returns the next one.
 *
 * `epoch` counts finished epochs, `step` the steps done in the current epoch, `position` where in that
 * epoch the run stands, `stopReason` why no further epoch is to be trained (null: none),
 * `divergence` what has been done about divergence (null: there was none).
 */
export interface Progress {
  readonly epoch: number
  readonly step: number
  readonly globalStep: number
  readonly position: Position
  readonly history: ReadonlyArray<EpochRecord>
  readonly best: Best | null
  /** The best by further metrics, under the names of their files. */
  readonly bests: Readonly<Record<string, Best>>
  readonly stopReason: StopReason | null
  readonly divergence: Divergence | null
}

const epochStart: Position = { stage: null, example: 0, sums: {}, metrics: {}, seconds: 0 }

/** Before the first step. */
export const initial: Progress = {
  epoch: 0,
  step: 0,
  globalStep: 0,
  position: epochStart,
  history: [],
  best: null,
  bests: {},
  stopReason: null,
  divergence: null
}

/** The progress that a checkpoint records. */
export const fromCheckpoint = (meta: CheckpointMeta): Progress => ({
  epoch: meta.epoch,
  step: meta.step,
  globalStep: meta.global_step,
  position: meta.position,
  history: meta.train_history,
  best: meta.best,
  bests: meta.bests ?? {},
  stopReason:
    meta.stop_reason ?? (meta.stopped === null ? null : { _tag: "Custom", text: meta.stopped }),
  divergence: meta.divergence ?? null
})

/** After one more training step on `examples` examples; `states` are those of the metrics by then. */
export const afterStep = (
  progress: Progress,
  step: {
    readonly examples: number
    readonly states: MetricStates
    readonly seconds: number
  }
): Progress => {
  const { position } = progress
  const { metric_states, sums } = step.states
  // Field by field, as this is done every step: to copy objects and change them takes longer.
  return {
    epoch: progress.epoch,
    step: progress.step + 1,
    globalStep: progress.globalStep + 1,
    position: {
      stage: position.stage,
      example: position.example + step.examples,
      sums,
      ...(metric_states && { metric_states }),
      metrics: position.metrics,
      seconds: position.seconds + step.seconds
    },
    history: progress.history,
    best: progress.best,
    bests: progress.bests,
    stopReason: progress.stopReason,
    divergence: progress.divergence && { ...progress.divergence, skips: 0 }
  }
}

/** At the last step that has been done, in the current epoch. */
export const lastStep = (progress: Progress): Progress =>
  progress.step === 0
    ? progress
    : { ...progress, step: progress.step - 1, globalStep: progress.globalStep - 1 }

/** After one more training step that changed nothing, since it had diverged. */
export const afterSkip = (
  progress: Progress,
  step: { readonly examples: number; readonly seconds: number }
): Progress => ({
  ...afterStep(progress, { ...step, states: progress.position }),
  divergence: DivergencePolicy.skipped(progress.divergence, step.examples)
})

/** How many examples of the current epoch its sums are of. */
export const counted = ({ divergence, position }: Progress): number =>
  position.example - (divergence?.skipped_examples ?? 0)

/** With metrics of the current epoch set by name. */
export const withMetrics = (
  progress: Progress,
  metrics: Readonly<Record<string, number>>
): Progress => ({
  ...progress,
  position: { ...progress.position, metrics: { ...progress.position.metrics, ...metrics } }
})

/**
 * After an epoch stage: `next` is the name of the one to come, null when it was the last. The time
 * of the last is not counted, since the checkpoint that it saves cannot know it.
 */
export const afterStage = (progress: Progress, next: string | null, seconds: number): Progress =>
  next === null
    ? afterEpoch(progress)
    : {
        ...progress,
        position: {
          ...progress.position,
          stage: next,
          seconds: progress.position.seconds + seconds
        }
      }

/** The record of the current epoch, from what its stages have measured so far. */
export const record = (progress: Progress): EpochRecord => ({
  ...progress.position.metrics,
  epoch: progress.epoch + 1,
  learning_rate: progress.position.metrics["learning_rate"] ?? Number.NaN,
  seconds: Math.round(progress.position.seconds * 1000) / 1000
})

const afterEpoch = (progress: Progress): Progress => ({
  ...progress,
  epoch: progress.epoch + 1,
  step: 0,
  position: epochStart,
  history: [...progress.history, record(progress)],
  divergence: progress.divergence && { ...progress.divergence, skipped_examples: 0 }
})

/** With no further epoch to be trained, for the reason given. */
export const stop = (progress: Progress, stopReason: StopReason): Progress => ({
  ...progress,
  stopReason
})

/** What is the best under a name. */
export const bestUnder = ({ best, bests }: Progress, name: BestName): Best | null =>
  name === "best" ? best : (bests[name] ?? null)

/** With what is the best under a name; null: nothing yet. */
export const withBest = (progress: Progress, name: BestName, best: Best | null): Progress => {
  if (name === "best") return { ...progress, best }
  const { [name]: _, ...others } = progress.bests
  return { ...progress, bests: best === null ? others : { ...others, [name]: best } }
}

/** Whether `value` beats the best so far. What is not finite never does. */
export const isBetter = (value: number, best: Best | null, mode: "min" | "max"): boolean =>
  improves(value, best?.value ?? null, mode)

/** Whether the run stands between two epochs, or before the first. */
export const isEpochEnd = ({ position, step }: Progress): boolean =>
  step === 0 && position.stage === null

/** Whether two moments of the same run are the same moment. */
export const isSamePlace = (a: Progress, b: Progress): boolean =>
  a.globalStep === b.globalStep && a.epoch === b.epoch && a.position.stage === b.position.stage

/**
 * With the training of the current epoch started again, as when the data has changed. What
 * other stages of the epoch have done stays done.
 */
export const restartTraining = (progress: Progress): Progress => ({
  ...progress,
  globalStep: progress.globalStep - progress.step,
  step: 0,
  position: { ...withoutStates(progress.position), example: 0, sums: {} },
  divergence: progress.divergence && { ...progress.divergence, skipped_examples: 0 }
})

const withoutStates = ({ metric_states: _states, ...position }: Position) => position

/** Without an earlier decision to train no further. */
export const unstopped = (progress: Progress): Progress => ({ ...progress, stopReason: null })

/** The reason in words, in English: checkpoints and events hold it, a display translates it. */
export const textOf = (reason: StopReason | null): string | null => {
  if (reason === null || reason._tag === "Custom") return reason?.text ?? null
  const { epochs, metric, mode } = reason
  return mode === "min"
    ? english`${metric} has not fallen for ${epochs} epochs`
    : english`${metric} has not risen for ${epochs} epochs`
}
