import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { epochOfWeights, type StopReason } from "../checkpointing/Checkpoint.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import { JsonNumber } from "../io/JsonNumber.js"
import { t } from "../language/Text.js"
import { inform, warn } from "../events/Notice.js"
import * as Stage from "../Stage.js"
import * as Checkpointer from "../training/Checkpointer.js"
import { metricOf } from "../training/MetricError.js"
import { improves, isSame, Mode, startsOver, wrongMode, type Monitor } from "../training/Monitor.js"
import { partsOf } from "../training/ModelParts.js"
import { textOf } from "../training/Progress.js"
import * as RestoreState from "../training/RestoreState.js"
import { stop, TypeId, type Run } from "../training/Run.js"
import { cellOf } from "../training/StateCell.js"
import { refuse } from "../training/StageError.js"

const State = Schema.Struct({
  metric: Schema.String,
  mode: Mode,
  /** null: no finite value yet. */
  best: Schema.NullOr(JsonNumber),
  /** Epochs since then. */
  waited: Schema.Int
})
type State = typeof State.Type

/** As the stage of the speaker pipeline wrote it before there was this one. */
const Earlier = Schema.Struct({ lowest: JsonNumber, waited: Schema.Int })

/** What a checkpoint may hold. */
export const Saved = Schema.Union(
  State,
  Schema.transform(Earlier, Schema.typeSchema(State), {
    strict: true,
    decode: ({ lowest, waited }): State => ({
      metric: "val_loss",
      mode: "min",
      best: Number.isFinite(lowest) ? lowest : null,
      waited
    }),
    encode: ({ best, waited }) => ({ lowest: best ?? Infinity, waited })
  })
)

/** The state after an epoch in which `monitor.metric` was `value`. */
export const next = (state: State, value: number, minDelta: number): State =>
  improves(value, state.best, state.mode, minDelta)
    ? { ...state, best: value, waited: 0 }
    : { ...state, waited: state.waited + 1 }

/** Why the stage of this name stops a run. */
const reasonOf = (by: string, { metric, mode, waited: epochs }: State): StopReason => ({
  _tag: "NoImprovement",
  by,
  metric,
  mode,
  epochs
})

/** Whether the stage of this name has stopped a run for that reason. Earlier releases saved its text only. */
export const isOwn = (by: string, state: State, reason: StopReason | null): boolean =>
  reason?._tag === "NoImprovement"
    ? reason.by === by
    : reason !== null && textOf(reason) === textOf(reasonOf(by, state))

/** Options of `earlyStopping`. */
export interface EarlyStopping {
  /** The metric to monitor, `val_loss` unless given. */
  readonly metric?: string
  /** Whether lower (`min`, unless given) or higher is better. */
  readonly mode?: Mode
  /** How many epochs without an improvement end the run. */
  readonly patience: number
  /** How much better a value must be to be an improvement; 0 unless given. */
  readonly min_delta?: number
  /**
   * Whether the model that `epochs` hands on has the weights of `best_model`, or their average, once training is over,
   * early or not. The latest checkpoint keeps those of the last epoch, so that training can be resumed.
   */
  readonly restore_best?: boolean
  /** The name of the stage and of its state in checkpoints. */
  readonly name?: string
}

const unnamed = "earlyStopping"

/**
 * Ends the run when a metric has not improved for `patience` epochs. `training.early_stopping` of the
 * config takes the place of the options, unless the stage has a name; without options only that counts. A run that has ended so stays
 * ended when it is resumed, until `patience` or `training.num_epochs` is raised; then it trains on as
 * if it had been so from the start. Resumed with another metric or mode, it starts over, and says so.
 */
export const earlyStopping = (options: EarlyStopping | null = null) => {
  const { name = unnamed } = options ?? {}
  const usual = options === null ? null : withDefaults(options)
  const wrong = usual === null ? null : wrongOption(usual)
  if (wrong !== null) refuse({ _tag: "Option", stage: name, ...wrong }, earlyStopping)
  /** What counts in a run; null: nothing ends it early. */
  const rulesOf = ({ early_stopping }: Pick<TrainingConfig, "early_stopping">): Rules | null =>
    name !== unnamed || early_stopping == null
      ? usual
      : early_stopping === "off"
        ? null
        : early_stopping
  const cell = (run: Run, { metric, mode }: Monitor) =>
    cellOf(run, name, Saved, { metric, mode, best: null, waited: 0 })
  return Stage.make(name, {
    description: described(usual),
    takes: Stage.takesRun,
    gives: Stage.takesRun.what,
    role: {
      provides: ["stop", ...(name === unnamed ? ["early_stopping"] : [])],
      requires: usual?.restore_best === true ? ["best"] : [],
      alongside: usual?.restore_best === true ? ["save"] : [],
      measures: [],
      monitors: ({ training }) => {
        const rules = rulesOf(training)
        return rules === null ? [] : [{ metric: rules.metric, by: name }]
      },
      state: name,
      stopStands: (run) =>
        Effect.gen(function* () {
          const rules = rulesOf(run.config.training)
          const state = (yield* cell(run, rules ?? fallback)).get()
          const { stopReason } = yield* Checkpointer.progress(run[TypeId])
          if (!isOwn(name, state, stopReason)) return null
          return rules !== null && isSame(state, rules) && state.waited >= rules.patience
        }),
      afterTraining: (run) =>
        rulesOf(run.config.training)?.restore_best === true ? restoreBest(run) : Effect.void
    },
    run: (run: Run) =>
      Effect.gen(function* () {
        const rules = rulesOf(run.config.training)
        if (rules === null) return run
        const { metric, min_delta, mode, patience } = rules
        const value = yield* metricOf(run, metric, name)
        const held = yield* cell(run, rules)
        const before = held.get()
        const isOther = !isSame(before, rules)
        if (isOther) yield* warn("MonitorChanged", startsOver(name, before, rules))
        const fresh: State = { metric, mode, best: null, waited: 0 }
        const state = next(isOther ? fresh : before, value, min_delta)
        yield* held.set(state)
        if (state.waited >= patience) yield* stop(run, reasonOf(name, state))
        return run
      })
  })
}

/** The options, none left out. */
type Rules = Required<Omit<EarlyStopping, "name">>

const fallback: Monitor = { metric: "val_loss", mode: "min" }

const withDefaults = ({
  metric = fallback.metric,
  min_delta = 0,
  mode = fallback.mode,
  patience,
  restore_best = false
}: EarlyStopping): Rules => ({ metric, min_delta, mode, patience, restore_best })

const described = (rules: Rules | null): string =>
  rules === null
    ? t`stop when training.early_stopping says so`
    : rules.mode === "min"
      ? t`stop when ${rules.metric} has not fallen for ${rules.patience} epochs`
      : t`stop when ${rules.metric} has not risen for ${rules.patience} epochs`

const restoreBest = (run: Run) =>
  Effect.gen(function* () {
    const saved = Option.filter(yield* run[TypeId].store.best, ({ meta }) => meta.run_id === run.id)
    if (Option.isNone(saved)) {
      return yield* warn(
        "NoBest",
        t`there is no best model to restore: the weights are those of the last epoch`
      )
    }
    const { checkpoint } = saved.value
    yield* RestoreState.weights(checkpoint, partsOf(run).weights, checkpoint.meta.average)
    yield* inform(
      "BestRestored",
      t`the weights of epoch ${epochOfWeights(checkpoint.meta)}, the best, are restored`
    )
  })

/** JavaScript, and configs that are passed on unchecked, may hold anything. */
const wrongOption = (options: {
  readonly patience: unknown
  readonly min_delta: unknown
  readonly mode: unknown
}) =>
  !Number.isInteger(options.patience) || (options.patience as number) < 1
    ? { option: "patience", found: String(options.patience), allowed: t`an integer of at least 1` }
    : !Number.isFinite(options.min_delta) || (options.min_delta as number) < 0
      ? {
          option: "min_delta",
          found: String(options.min_delta),
          allowed: t`a number of at least 0`
        }
      : wrongMode(options.mode)
