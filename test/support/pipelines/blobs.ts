/**
 * A run with all that makes continuing hard, as slow and as stubborn as its arguments say:
 *
 *   load=MS   loading the data takes so long
 *   batch=MS  each batch takes so long, in training and in validation
 *   block=MS  a stage that nothing can interrupt lasts so long, in the second epoch
 *   linger=MS what the stage releases with the pipeline's scope takes so long
 *   fail=N    a stage fails in epoch N
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  CommandLine,
  emit,
  Objective,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import type { Dataset, Examples } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "../blobs.js"

const argument = (name: string): Effect.Effect<number, never, CommandLine> =>
  Effect.map(CommandLine, ({ args }) =>
    Number(args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? 0)
  )

const slowed = (examples: Examples, milliseconds: number): Examples => ({
  ...examples,
  batch: (indices, augment) =>
    milliseconds === 0
      ? examples.batch(indices, augment)
      : Effect.delay(examples.batch(indices, augment), milliseconds)
})

const load = (config: BlobsConfig) =>
  Effect.gen(function* () {
    yield* emit({ _tag: "Notice", level: "info", message: "loading" })
    yield* Effect.sleep(yield* argument("load"))
    const pause = yield* argument("batch")
    const data = yield* blobs(config)
    const dataset: Dataset = {
      ...data,
      train: slowed(data.train, pause),
      validation: slowed(data.validation, pause)
    }
    return dataset
  })

/** Remembers the validation loss of every epoch, and in the end the run by it. */
const journal = Stage.stateful("journal", {
  description: "keep every validation loss",
  state: Schema.Struct({ losses: Schema.Array(Schema.Number) }),
  initial: { losses: [] },
  run: (run, { losses }) =>
    Effect.map(Run.metrics(run), ({ val_loss = -1 }) => ({ losses: [...losses, val_loss] }))
})

const obstacles = Stage.make("obstacles", {
  description: "block or fail, as the arguments say",
  run: (run: Run.Run) =>
    Effect.gen(function* () {
      const { epoch } = yield* Run.position(run)
      const linger = yield* argument("linger")
      if (linger > 0) yield* Effect.addFinalizer(() => Effect.sleep(linger))
      const block = yield* argument("block")
      if (block > 0 && epoch === 1) {
        yield* emit({ _tag: "Notice", level: "info", message: "blocking" })
        yield* Effect.uninterruptible(Effect.sleep(block))
      }
      if (epoch + 1 === (yield* argument("fail"))) {
        return yield* Effect.fail(new Error(`no luck in epoch ${epoch + 1}`))
      }
      return run
    })
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
    Stages.trainEpoch,
    Stages.validate,
    Stages.stepScheduler,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    journal,
    obstacles,
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
