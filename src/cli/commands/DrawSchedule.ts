import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { trainingFields } from "../../config/TrainingConfig.js"
import { ConfigSource, loadConfig } from "../../config/ConfigSource.js"
import { stringify } from "../../events/JsonLines.js"
import { Observer } from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import * as Rehearsal from "../../rehearsal/index.js"
import { RehearsalError } from "../../rehearsal/RehearsalError.js"
import type { Stage } from "../../Stage.js"
import { ungrouped } from "../../stage/Sequence.js"
import { chart } from "../../terminal/Chart.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import { displayWidth, padEnd } from "../../terminal/Table.js"
import type { RunPlan } from "../../training/RunPlan.js"
import { curve, type CurvePoint } from "../../training/schedule/Curve.js"
import * as Scheduler from "../../training/Scheduler.js"
import { configFor, usualConfig } from "../ConfigFile.js"
import * as PipelineFile from "../PipelineFile.js"
import { rehearsed, type Given } from "./Rehearse.js"

type Options = Omit<Given, "pipeline"> & {
  readonly pipeline: Option.Option<string>
  readonly stepsPerEpoch: Option.Option<number>
}

/** Prints the learning rates of the run of a pipeline, or of a config. */
export const drawSchedule = (options: Options) =>
  Effect.gen(function* () {
    const pipeline = Option.getOrNull(options.pipeline)
    const steps = Option.getOrNull(options.stepsPerEpoch)
    if (pipeline !== null && steps === null) {
      return yield* rehearsed({ ...options, pipeline }, Rehearsal.learningRates, draw, {
        isLive: false
      })
    }
    const { out, columns } = yield* Output
    const path = Option.isSome(options.config)
      ? options.config.value
      : pipeline === null
        ? usualConfig
        : yield* configFor(pipeline)
    const plan: Effect.Effect<Plan, unknown, ConfigSource | FileSystem> =
      pipeline === null ? builtIn : planned(yield* PipelineFile.load(pipeline))
    const { scheduler, training }: Plan = yield* Effect.provide(plan, [
      ConfigSource.layer({ path, overrides: options.set }),
      Observer.silent
    ])
    const { monitor, name } = scheduler
    const rates = curve(scheduler, { epochs: training.num_epochs, stepsPerEpoch: steps ?? 100 })
    const found: Rehearsal.LearningRates = { scheduler: name, monitor, ...rates }
    const assumed =
      steps === null
        ? `\n${t`assumed: 100 steps an epoch; give --steps-per-epoch, or the pipeline`}`
        : ""
    yield* out(
      options.json ? `${stringify(found)}\n` : `${draw(found, yield* columns)}${assumed}\n`
    )
  })

const { learning_rate, num_epochs, swa, warmup, warmup_steps } = trainingFields
const scheduler = Scheduler.oneOf(...Scheduler.builtIn)
const everything = { key: Schema.String, value: Schema.Unknown }

/** What the built-in schedules read of a config, whatever else is in it. */
const ConfigOfSchedule = Schema.Struct(
  {
    training: Schema.Struct(
      { learning_rate, num_epochs, scheduler, swa, warmup, warmup_steps },
      everything
    )
  },
  everything
)

/** What is drawn of a run. */
type Plan = Pick<RunPlan, "scheduler"> & { readonly training: { readonly num_epochs: number } }

const builtIn: Effect.Effect<Plan, unknown, ConfigSource | FileSystem> = Effect.map(
  loadConfig(ConfigOfSchedule),
  ({ training }) => ({
    training,
    scheduler: Scheduler.fromConfig(training)
  })
)

/** What the config says of the run of a pipeline: runs its stages until one of them has read it. */
const planned = ({
  name,
  stages
}: {
  readonly name: string
  readonly stages: ReadonlyArray<Stage.Any>
}) =>
  Effect.gen(function* () {
    const all = ungrouped(stages)
    let value: unknown
    for (const stage of all) {
      // That of a pipeline takes what the one before it gives.
      const run = stage.run as (input: unknown) => Effect.Effect<unknown, unknown, ConfigSource>
      value = yield* run(value)
      const plan = all.map((one) => one.plan?.(value)).find((one): one is RunPlan => one != null)
      if (plan !== undefined) return plan
    }
    return yield* new RehearsalError({ reason: { _tag: "NoTraining", pipeline: name } })
  })

/** The rates as a chart, and the most important ones as numbers. */
export const draw = (found: Rehearsal.LearningRates, columns: number): string => {
  const { epochs, first, highest, last, lowest, monitor, points, scheduler, steps_per_epoch } =
    found
  const facts: ReadonlyArray<readonly [string, CurvePoint]> = [
    [t`first`, first],
    [t`highest`, highest],
    [t`lowest`, lowest],
    [t`last`, last]
  ]
  const width = Math.max(...facts.map(([name]) => displayWidth(name)))
  const position = ({ epoch, step }: CurvePoint) => epoch - 1 + step / steps_per_epoch
  return [
    t`learning rate by epoch: ${scheduler}, ${Format.count(epochs)} epochs of ${Format.count(steps_per_epoch)} steps`,
    chart([{ points: points.map((point) => [position(point), point.learning_rate] as const) }], {
      columns: Math.min(columns, 120),
      floor: 0
    }),
    ...facts.map(
      ([name, point]) =>
        `${padEnd(name, width)}  ${Format.number(point.learning_rate).padEnd(10)} ${t`epoch ${point.epoch}, step ${point.step}`}`
    ),
    ...(monitor === null
      ? []
      : [t`${scheduler} goes by ${monitor}: drawn as if it always improved`])
  ].join("\n")
}
