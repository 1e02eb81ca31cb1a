import * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import { field } from "../../config/Field.js"

/** The step that a learning rate is asked for. Epochs and steps count from 0. */
export interface SchedulePosition {
  readonly epoch: number
  /** The step within the epoch. */
  readonly step: number
  /** The step within the run. */
  readonly globalStep: number
  readonly stepsPerEpoch: number
  readonly numEpochs: number
  /** The steps of the whole run. */
  readonly totalSteps: number
}

/** What a schedule reads: the position, and `training.learning_rate`, on which it builds. */
export interface ScheduleInput extends SchedulePosition {
  readonly learningRate: number
}

/**
 * How the learning rate changes: a pure function of the position, and of a state if it has one, which
 * `Stages.stepScheduler` advances at the end of each epoch.
 */
export interface Schedule {
  /** The name in the config and in checkpoints. */
  readonly name: string
  readonly rate: (input: ScheduleInput, state: unknown) => number
  readonly memory?: ScheduleMemory<unknown>
  /** What it does not reach in a run of that length, as a message; null: nothing. */
  readonly warning?: (training: { readonly num_epochs: number }) => string | null
}

/** What a schedule keeps from epoch to epoch. */
export interface ScheduleMemory<S, I extends object = object> {
  /** How the state becomes JSON: an object, whose fields are those of the state in checkpoints. */
  readonly schema: Schema.Schema<S, I>
  readonly initial: S
  /** The state after an epoch that ended with these metrics (`val_loss`, …). */
  readonly next: (state: S, metrics: Readonly<Record<string, number>>) => S
  /** The metric that `next` reads, which a stage must measure; null: none. */
  readonly monitor: string | null
  /** Adapts the state of a checkpoint to a config that has changed since, and says so. */
  readonly adopt?: (state: S) => { readonly state: S; readonly warning: string | null }
}

/** What a schedule is made of, beside its name. */
export type ScheduleFunction = Omit<Schedule, "name">

/**
 * A schedule with a state.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Scheduler } from "holdfast"
 *
 * export const patient = Scheduler.define("halve_when_worse", {
 *   description: "Halves the rate after each epoch whose val_loss is above the one before.",
 *   fields: {},
 *   make: () =>
 *     Scheduler.stateful({
 *       schema: Schema.Struct({ last: Schema.Number, halvings: Schema.Int }),
 *       initial: { last: 1e9, halvings: 0 },
 *       monitor: "val_loss",
 *       next: ({ halvings, last }, { val_loss = NaN }) => ({
 *         last: val_loss,
 *         halvings: val_loss > last ? halvings + 1 : halvings
 *       }),
 *       rate: ({ learningRate }, { halvings }) => learningRate / 2 ** halvings
 *     })
 * })
 * ```
 */
export const stateful = <S, I extends object>({
  rate,
  ...memory
}: ScheduleMemory<S, I> & {
  readonly rate: (input: ScheduleInput, state: S) => number
}): ScheduleFunction => ({ rate, memory }) as unknown as ScheduleFunction

/**
 * Defines a schedule that `training.scheduler` can name: its fields there, and the function that
 * follows from them. `Scheduler.oneOf` adds it to a config. Give `dependsOn: Scheduler.runLength` to
 * one that reads `numEpochs` or `totalSteps`: a resumed run then reports that a change of
 * `training.num_epochs` changes its rates.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config, Scheduler } from "holdfast"
 *
 * export const inverseSqrt = Scheduler.define("inverse_sqrt", {
 *   description: "Falls with the root of the step (Vaswani et al., 2017).",
 *   fields: { after: Config.field(Schema.Int, 1000, "Steps at the full rate.") },
 *   make: ({ after }) => ({
 *     rate: ({ globalStep, learningRate }) =>
 *       learningRate * Math.sqrt(after / Math.max(after, globalStep))
 *   })
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, ScheduleFunction>
) =>
  Choice.define(name, {
    ...definition,
    make: (config): Schedule => ({ ...definition.make(config), name })
  })

/** The fields that the length of a run follows from, for `dependsOn`. */
export const runLength: ReadonlyArray<string> = ["training.num_epochs"]

/**
 * The field `training.scheduler` of a config that can name these schedules; left out, it is the first
 * of them, whose fields must all have defaults.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config, Scheduler } from "holdfast"
 *
 * const MyConfig = Config.make({
 *   training: { scheduler: Scheduler.oneOf(Scheduler.oneCycle, Scheduler.constant) },
 *   model: Schema.Struct({ units: Schema.Int }),
 *   data: Schema.Struct({ file: Schema.String })
 * })
 * ```
 */
export const oneOf = <
  const Choices extends readonly [
    Choice.Choice.Any<Schedule>,
    ...ReadonlyArray<Choice.Choice.Any<Schedule>>
  ]
>(
  ...schedules: Choices
) => Choice.oneOf("How the learning rate changes over the run.", ...schedules)

/** What a schedule counts, and how often its rate changes. */
export const unit = <const Unit extends "epoch" | "step">(fallback: Unit) =>
  field(
    Schema.Literal("epoch", "step"),
    fallback,
    "Whether the schedule counts epochs or steps; the rate changes once in each."
  )

/** How many epochs or steps a schedule has done, and how many the run has in all. */
export const clock = (
  { epoch, numEpochs, step, stepsPerEpoch, totalSteps }: SchedulePosition,
  unit: "epoch" | "step"
): { readonly at: number; readonly total: number } =>
  unit === "step"
    ? // From the epoch on, since its length may change when a run is resumed.
      { at: epoch * stepsPerEpoch + step, total: totalSteps }
    : { at: epoch, total: numEpochs }

/** What several schedules have. */
export const count = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(0))
export const nonNegative = Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0))
export const fraction = Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1))
