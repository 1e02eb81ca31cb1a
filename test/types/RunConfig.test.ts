import { expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Objective,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stage,
  Stages,
  type Dataset
} from "holdfast"
import type { LayersModel } from "holdfast/tf"

const MyConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({ folder: Schema.String })
})
type MyConfig = typeof MyConfig.Type

declare const net: LayersModel
declare const data: Dataset

const config = Stages.loadConfig(MyConfig)
const dataset = Stages.loadDataset((_config: MyConfig) => Effect.succeed(data))
const restore = Stages.restoreOrInit<MyConfig>({
  model: () => net,
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
})
const readsUnits = Stage.make("readsUnits", {
  description: "read the model section of the config",
  run: (run: Run.Run<MyConfig>) => {
    expectTypeOf(run.config.model.units).toEqualTypeOf<number>()
    return Effect.as(Run.logMetrics(run, { units: run.config.model.units }), run)
  }
})
const readsFolder = Stage.stateful("readsFolder", {
  description: "read the data section of the config",
  state: Schema.Struct({}),
  initial: {},
  run: (run: Run.Run<MyConfig>, state) => Effect.as(Effect.log(run.config.data.folder), state)
})

it("types the config of the run in every stage that asks for it", () => {
  const inside = Pipeline.make(
    "inside",
    config,
    dataset,
    restore,
    Stages.epochs(Stages.trainEpoch, readsUnits, readsFolder, Stages.checkpoint)
  )
  // The built-in stages ask for less, and what they pass on is the same run.
  const after = Pipeline.make(
    "after",
    config,
    dataset,
    restore,
    Stages.epochs(Stages.trainEpoch, Stages.checkpoint),
    readsUnits
  )
  expectTypeOf(inside.name).toBeString()
  expectTypeOf(after.name).toBeString()
})

it("refuses a stage that reads a section that the config does not have", () => {
  const other = Stage.make("other", {
    description: "read another section of the config",
    run: (run: Run.Run<Run.RunConfig & { readonly audio: { readonly rate: number } }>) =>
      Effect.as(Effect.log(run.config.audio.rate), run)
  })
  Pipeline.make(
    "refused",
    config,
    dataset,
    restore,
    // @ts-expect-error the config has no section audio
    Stages.epochs(Stages.trainEpoch, other, Stages.checkpoint)
  )
})
