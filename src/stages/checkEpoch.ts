import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { trainingFields } from "../config/TrainingConfig.js"
import type { Stage } from "../Stage.js"
import { MetricError } from "../training/MetricError.js"
import * as SavePolicy from "../training/SavePolicy.js"
import type { RunPlan } from "../training/RunPlan.js"
import { StageError, type StageErrorReason } from "../training/StageError.js"

/**
 * The stages with roles of their own: one without that is made of others has theirs, in its place.
 */
export const leaves = (stages: ReadonlyArray<Stage.Any>): ReadonlyArray<Stage.Any> =>
  stages.flatMap((stage) =>
    stage.role === undefined && stage.children.length > 0 ? leaves(stage.children) : [stage]
  )

const provides = (capability: string) => (stage: Stage.Any) =>
  stage.role?.provides?.includes(capability) === true

/** What is wrong with the stages of an epoch, whatever the config says; null: nothing. */
export const structure = (stages: ReadonlyArray<Stage.Any>): StageErrorReason | null => {
  const all = leaves(stages)
  return sameName(stages) ?? all.map(misplaced).find(isFault) ?? states(all) ?? order(all) ?? null
}

const isFault = (reason: StageErrorReason | undefined): reason is StageErrorReason =>
  reason !== undefined

const sameName = (stages: ReadonlyArray<Stage.Any>): StageErrorReason | undefined => {
  const names = stages.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  return twice === undefined ? undefined : { _tag: "SameName", stage: twice }
}

const misplaced = ({ name, takes }: Stage.Any): StageErrorReason | undefined =>
  takes === undefined || takes.what === "a run"
    ? undefined
    : { _tag: "Misplaced", stage: name, takes: takes.what }

const states = (stages: ReadonlyArray<Stage.Any>): StageErrorReason | undefined => {
  const owners = new Map<string, Stage.Any>()
  for (const stage of stages) {
    const state = stage.role?.state
    const other = state === undefined ? undefined : owners.get(state)
    if (other !== undefined) return { _tag: "SameState", stage: stage.name, other: other.name }
    if (state !== undefined) owners.set(state, stage)
  }
  return undefined
}

const order = (stages: ReadonlyArray<Stage.Any>): StageErrorReason | undefined =>
  stages
    .flatMap((stage, i): ReadonlyArray<StageErrorReason | undefined> => {
      const [earlier, later] = [stages.slice(0, i), stages.slice(i + 1)]
      return [
        ...(stage.role?.before ?? []).map((capability): StageErrorReason | undefined => {
          const other = earlier.find(provides(capability))
          return other && { _tag: "Order", stage: stage.name, before: other.name }
        }),
        ...(stage.role?.requires ?? []).map((needs): StageErrorReason | undefined => {
          if (earlier.some(provides(needs))) return undefined
          const other = later.find(provides(needs))
          return other === undefined
            ? { _tag: "Requires", stage: stage.name, needs, before: true }
            : { _tag: "Order", stage: other.name, before: stage.name }
        }),
        ...(stage.role?.alongside ?? [])
          .filter((needs) => !stages.some(provides(needs)))
          .map((needs) => ({ _tag: "Requires", stage: stage.name, needs, before: false }) as const)
      ]
    })
    .find(isFault)

// Its required fields do not matter: those have no defaults to compare with.
const defaults = Schema.decodeSync(Schema.Struct(trainingFields))({
  num_epochs: 1,
  batch_size: 1,
  learning_rate: 1,
  seed: 0
})

/** The fields of `training` that take effect through a stage: by what it provides, and when. */
const effective: ReadonlyArray<{
  readonly field: keyof typeof trainingFields | "scheduler"
  readonly needs: string
  readonly isSet: (plan: RunPlan) => boolean
  readonly value?: (plan: RunPlan) => string
}> = [
  {
    field: "scheduler",
    needs: "schedule",
    isSet: ({ scheduler }) => scheduler.isStateful,
    value: ({ scheduler }) => scheduler.name
  },
  {
    field: "keep_best",
    needs: "best",
    // By a metric that it names itself, nothing need be tracked.
    isSet: ({ training }) =>
      training.keep_best !== defaults.keep_best && training.keep_best_by === null
  },
  {
    field: "early_stopping",
    needs: "early_stopping",
    isSet: ({ training: { early_stopping } }) => early_stopping !== null && early_stopping !== "off"
  },
  ...(["best", "save"] as const).map((needs) => ({
    field: "early_stopping" as const,
    needs,
    isSet: ({ training: { early_stopping } }: RunPlan) =>
      early_stopping !== null && early_stopping !== "off" && early_stopping.restore_best
  })),
  {
    field: "save_interval",
    needs: "save",
    // What counts steps or time is saved by the training stage, too.
    isSet: ({ training: { save_interval } }) =>
      save_interval !== defaults.save_interval &&
      SavePolicy.intervals(save_interval).every(({ unit }) => unit === "epochs")
  },
  {
    field: "on_divergence",
    needs: "save",
    // It returns to the checkpoint of the epoch before.
    isSet: ({ training }) => training.on_divergence.name === "restore"
  },
  ...(["keep_best", "keep_best_by", "keep_every"] as const).map((field) => ({
    field,
    needs: "save",
    isSet: ({ training }: RunPlan) => training[field] !== defaults[field]
  }))
]

/** Fails where the config asks the stages of an epoch for what none of them does or measures. */
export const withPlan = (
  stages: ReadonlyArray<Stage.Any>,
  plan: RunPlan
): Effect.Effect<void, StageError | MetricError> => {
  const all = leaves(stages)
  const idle = effective.find(({ isSet, needs }) => isSet(plan) && !all.some(provides(needs)))
  if (idle !== undefined) {
    const { field, needs } = idle
    const value = idle.value?.(plan) ?? JSON.stringify(plan.training[field])
    return Effect.fail(
      new StageError({ reason: { _tag: "NoEffect", field: `training.${field}`, value, needs } })
    )
  }
  const unmeasured = metrics(all, plan)
  return unmeasured === null ? Effect.void : Effect.fail(unmeasured)
}

/** The first metric that is looked at and that, for all that is declared, nothing measures by then. */
const metrics = (stages: ReadonlyArray<Stage.Any>, plan: RunPlan): MetricError | null => {
  const measured = stages.map(({ role }) =>
    typeof role?.measures === "function" ? role.measures(plan.metrics) : role?.measures
  )
  const known: Array<string> = []
  for (const [i, { role }] of stages.entries()) {
    for (const { by, metric } of role?.monitors?.(plan) ?? []) {
      if (known.includes(metric)) continue
      const later = stages.find((_, j) => j >= i && measured[j]?.includes(metric))
      return new MetricError({
        reason: later === undefined ? { _tag: "Unknown" } : { _tag: "Later", stage: later.name },
        metric,
        by,
        known
      })
    }
    const more = measured[i]
    // It may measure anything: names are checked when they are looked at.
    if (more === undefined) return null
    known.push(...more)
  }
  return null
}
