import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { made } from "../config/Choice.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import { t } from "../language/Text.js"
import { builtIn } from "./schedule/BuiltIn.js"
import { afterWarmup, annealed, warmup } from "./schedule/Around.js"
import type { Schedule, SchedulePosition } from "./schedule/Schedule.js"
import { decodeValues, type StateDict, type Stateful } from "./Stateful.js"

export { builtIn } from "./schedule/BuiltIn.js"
export { afterWarmup, annealed, warmup, type Annealing, type Warmup } from "./schedule/Around.js"
export { curve, type Curve, type CurvePoint } from "./schedule/Curve.js"
export { cosine, cosineRestarts } from "./schedule/Cosine.js"
export { constant, exponential, linear, polynomial, step } from "./schedule/Decay.js"
export { oneCycle } from "./schedule/OneCycle.js"
export { plateau } from "./schedule/Plateau.js"
export { piecewise, table } from "./schedule/Points.js"
export {
  define,
  oneOf,
  runLength,
  stateful,
  type Schedule,
  type ScheduleFunction,
  type ScheduleInput,
  type ScheduleMemory,
  type SchedulePosition
} from "./schedule/Schedule.js"

/**
 * Gives the learning rate of each step, by a schedule, and keeps the schedule's state. Its state in a
 * checkpoint is the schedule's name, `last_epoch`, the number of epochs that `step` has seen end, and
 * the state of the schedule. The rest follows from the position and the config, so a change of the
 * config takes effect on resuming.
 */
export interface Scheduler extends Stateful {
  readonly name: string
  /** Whether the rate depends on a state, so that something has to call `step`. */
  readonly isStateful: boolean
  /** The metric that `step` reads, if any. */
  readonly monitor: string | null
  /** What the schedule does not reach in this run, as a message; null: nothing. */
  readonly warning: string | null
  readonly learningRate: (at: SchedulePosition) => number
  /** Takes note that an epoch has ended with these metrics (`val_loss`, …). */
  readonly step: (metrics: Readonly<Record<string, number>>) => void
}

/** The scheduler that follows `schedule`, from `training.learning_rate`. */
export const make = (
  schedule: Schedule,
  training: Pick<TrainingConfig, "learning_rate" | "num_epochs">
): Scheduler => {
  const { memory, name } = schedule
  const owner = t`the scheduler ${name}`
  const learningRate = training.learning_rate
  let last_epoch = 0
  let state = memory?.initial

  const stateDict = (): StateDict => ({
    tensors: {},
    values: { name, last_epoch, ...(memory && Schema.encodeSync(memory.schema)(state)) }
  })

  const loadStateDict = Effect.fn("Scheduler.loadStateDict")(function* (saved: StateDict) {
    const values = yield* decodeValues(owner, Values)(saved)
    last_epoch = values.last_epoch
    // Of a schedule of another kind, only the epoch is known here.
    if (memory === undefined || saved.values["name"] !== name) return
    const decoded = yield* decodeValues(owner, memory.schema)(saved)
    const adopted = memory.adopt?.(decoded) ?? { state: decoded, warning: null }
    state = adopted.state
    if (adopted.warning !== null) yield* Effect.logWarning(adopted.warning)
  })

  return {
    name,
    isStateful: memory !== undefined,
    monitor: memory?.monitor ?? null,
    warning: schedule.warning?.(training) ?? null,
    learningRate: (at) => schedule.rate({ ...at, learningRate }, state),
    step: (metrics) => {
      last_epoch += 1
      state = memory?.next(state, metrics)
    },
    stateDict,
    loadStateDict
  }
}

const Values = Schema.Struct({ last_epoch: Schema.NonNegativeInt })

/** What `fromConfig` reads of the `training` section. */
export type SchedulerFields = Pick<TrainingConfig, "learning_rate" | "num_epochs" | "scheduler"> &
  Partial<Pick<TrainingConfig, "swa" | "warmup" | "warmup_steps">>

/**
 * The scheduler that the config asks for: `training.scheduler`, by the choices of the config's schema,
 * after `training.warmup` and `training.warmup_steps`, until `training.swa` anneals the rate. Throws where the config was written in code and names no built-in
 * schedule.
 */
export const fromConfig = (training: SchedulerFields): Scheduler =>
  make(scheduleOf(training), training)

const scheduleOf = ({ scheduler, swa, warmup: before, warmup_steps = 0 }: SchedulerFields) => {
  const schedule = made<Schedule>(scheduler, builtIn)
  const after = before == null ? schedule : afterWarmup(schedule, before)
  const warm = warmup(after, warmup_steps)
  return swa == null ? warm : annealed(warm, swa)
}
