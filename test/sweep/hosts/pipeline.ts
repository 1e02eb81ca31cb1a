/** A pipeline whose batches take as many milliseconds as `BATCH` in the environment says, and that notes its steps. */
import * as Effect from "effect/Effect"
import { appendFileSync } from "node:fs"
import { join } from "node:path"
import { Objective, Optimizer, Pipeline, Scheduler, Stages, StepHook, type Run } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
import { stepsFile } from "./Repeated.js"

const pause = Number(process.env["BATCH"] ?? 0)

const load = (config: BlobsConfig) =>
  Effect.map(blobs(config), (data) => ({
    ...data,
    train: {
      ...data.train,
      batch: (...given: Parameters<typeof data.train.batch>) =>
        Effect.delay(data.train.batch(...given), pause)
    }
  }))

const note = ({ config }: Run.Run, line: string) =>
  Effect.sync(() => {
    const folder = config.training.checkpoint_dir
    if (!folder.startsWith("s3://")) appendFileSync(join(folder, stepsFile), `${line}\n`)
  })

let hasBegun = false

const notes = StepHook.make("notes", {
  beforeStep: ({ position, run }) => {
    if (hasBegun) return Effect.void
    hasBegun = true
    return note(run, `from ${position.globalStep}`)
  },
  afterStep: ({ position, run }) => note(run, `${position.globalStep}`)
})

export default Pipeline.make(
  "blobs",
  Stages.loadConfig(BlobsConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model: blobsNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpochWith({ hooks: [notes] }),
    Stages.validate,
    Stages.stepScheduler,
    Stages.checkpoint
  )
)
