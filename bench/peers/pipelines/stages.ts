import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Scheduler, Stages } from "holdfast"
import { make } from "../../overhead/networks.js"
import { filesDataset } from "../files.js"

const FilesConfig = Config.make({
  model: Schema.Struct({}),
  data: Schema.Struct({ folder: Schema.String })
})
type FilesConfig = typeof FilesConfig.Type

/** The beginning of both pipelines: the speaker network, on examples in files. */
export const config = Stages.loadConfig(FilesConfig)
export const data = Stages.loadDataset(({ data }: FilesConfig) =>
  Effect.sync(() => filesDataset(data.folder))
)
export const start = Stages.restoreOrInit({
  model: () => make("speaker"),
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
})
