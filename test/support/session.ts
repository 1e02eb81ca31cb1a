import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Checkpoints,
  type Dataset,
  Holdfast,
  Objective,
  type Observer,
  Optimizer,
  Pipeline,
  Run,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import * as Testing from "holdfast/testing"
import { blobs, BlobsConfig, blobsNet } from "./blobs.js"

/** A stage with a state of its own: stops the run when it has seen `epochs` epochs. */
const stopAfter = (epochs: number) =>
  Stage.stateful("stopAfter", {
    description: `stop after ${epochs} epochs`,
    state: Schema.Struct({ seen: Schema.Int }),
    initial: { seen: 0 },
    run: (run, { seen }) =>
      Effect.as(seen + 1 === epochs ? Run.stop(run, "seen enough") : Effect.void, {
        seen: seen + 1
      })
  })

/** Sets the validation loss of each epoch, which is numbered from 1. */
const grade = (valLoss: (epoch: number) => number) =>
  Stage.make("grade", {
    description: "set the validation loss",
    run: (run: Run.Run) =>
      Effect.gen(function* () {
        const { epoch } = yield* Run.position(run)
        yield* Run.logMetrics(run, { val_loss: valLoss(epoch + 1) })
        return run
      })
  })

/** Every built-in stage around the blobs; `extra` comes just before the checkpoint, `last` after it. */
export const pipelineOf = (
  options: {
    readonly train?: typeof Stages.trainEpoch
    readonly model?: typeof blobsNet
    readonly objective?: Objective.Objective
    readonly extra?: Stage.Stage<Run.Run, Run.Run, unknown, Observer>
    readonly last?: Stage.Stage<Run.Run, Run.Run, unknown, Observer>
    /** What comes before the best is looked for. */
    readonly before?: Stage.Stage<Run.Run, Run.Run>
    /** What follows the epochs. */
    readonly after?: Stage.Stage<Run.Run, Run.Run, unknown>
    readonly best?: Parameters<typeof Stages.trackBest>[0]
    readonly stopAfter?: number
    readonly valLoss?: (epoch: number) => number
    readonly onBatch?: (indices: Int32Array) => void
    /** Instead of the blobs. */
    readonly dataset?: (config: BlobsConfig) => Effect.Effect<Dataset>
  } = {}
) =>
  Pipeline.make(
    "blobs",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset((config: BlobsConfig) =>
      options.dataset === undefined ? blobs(config, options.onBatch) : options.dataset(config)
    ),
    Stages.restoreOrInit({
      model: options.model ?? blobsNet,
      objective: options.objective ?? Objective.classification,
      optimizer: Optimizer.fromConfig,
      scheduler: Scheduler.fromConfig
    }),
    Stages.epochs(
      options.train ?? Stages.trainEpoch,
      Stages.validate,
      ...(options.valLoss === undefined ? [] : [grade(options.valLoss)]),
      ...(options.before === undefined ? [] : [options.before]),
      Stages.stepScheduler,
      Stages.trackBest(options.best ?? { metric: "val_loss", mode: "min" }),
      stopAfter(options.stopAfter ?? 1000),
      ...(options.extra === undefined ? [] : [options.extra]),
      Stages.checkpoint,
      ...(options.last === undefined ? [] : [options.last])
    ),
    options.after ??
      Stage.make("after", {
        description: "nothing",
        run: (run: Run.Run) => Effect.succeed(run)
      }),
    Stages.evaluate("test")
  )

/** A session on the blobs, which saves to `folder`. */
export interface Session extends Omit<Testing.Session, "config"> {
  readonly folder: string
  readonly training?: Record<string, unknown>
  readonly model?: Record<string, unknown>
  readonly data?: Record<string, unknown>
  readonly pipeline?: ReturnType<typeof pipelineOf>
}

/** Runs a pipeline on the blobs until it ends or is interrupted. */
export const session = ({ data, folder, model, pipeline, training, ...options }: Session) =>
  Testing.session(pipeline ?? pipelineOf(), {
    config: {
      training: {
        checkpoint_dir: `${folder}/checkpoints`,
        save_interval: 2,
        num_epochs: 4,
        batch_size: 16,
        learning_rate: 0.02,
        seed: 7,
        scheduler: { name: "cosine" },
        ...training
      },
      model: model ?? {},
      data: data ?? {}
    },
    ...options
  })

/** The checkpoint of that name that a session has saved. */
export const checkpointIn = (
  folder: string,
  name: "latest_checkpoint" | "best_model" = "latest_checkpoint"
) =>
  Effect.provide(Checkpoints.load(`${folder}/checkpoints/${name}.safetensors`), Holdfast.fileStore)

export { essence, type Outcome, temporaryFolder } from "holdfast/testing"
