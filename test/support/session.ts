import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  ConfigSource,
  Objective,
  Observer,
  Optimizer,
  Pipeline,
  Resumption,
  Run,
  SaveRequest,
  Scheduler,
  Stage,
  Stages,
  type Event
} from "holdfast"
import { Backend, type BackendName } from "../../src/backends/Backend.js"
import type { Checkpoint } from "../../src/checkpointing/Checkpoint.js"
import * as CheckpointFile from "../../src/checkpointing/format/CheckpointFile.js"
import * as FileStore from "../../src/checkpointing/store/FileStore.js"
import type { ResumeFrom } from "../../src/checkpointing/resume/Resumption.js"
import * as EventLoop from "../../src/io/EventLoop.js"
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
  } = {}
) =>
  Pipeline.make(
    "blobs",
    Stages.loadConfig(BlobsConfig),
    Stages.loadDataset((config: BlobsConfig) => blobs(config, options.onBatch)),
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

/** How one process's worth of a run is to go. */
export interface Session {
  readonly folder: string
  readonly training?: Record<string, unknown>
  readonly model?: Record<string, unknown>
  readonly data?: Record<string, unknown>
  readonly resume?: ResumeFrom
  readonly allowDatasetChange?: boolean
  readonly force?: boolean
  readonly backend?: BackendName
  /** What the user answers; undefined: there is no terminal. */
  readonly answer?: boolean
  /** Interrupts the pipeline from within as it emits an event that this picks. */
  readonly interruptAt?: (event: Event, index: number) => boolean
  readonly pipeline?: ReturnType<typeof pipelineOf>
  /** Whether a save is asked for, looked at after each step. */
  readonly saveRequest?: Effect.Effect<boolean>
}

/** What came of a session: how it ended, what it told, what it asked. */
export interface Outcome {
  readonly exit: Exit.Exit<unknown, unknown>
  readonly events: ReadonlyArray<Event>
  readonly asked: number
}

/** Runs a pipeline on the blobs until it ends or is interrupted. */
export const session = Effect.fn("session")(function* (options: Session) {
  const fileSystem = yield* FileSystem.FileSystem
  const config = {
    training: {
      checkpoint_dir: `${options.folder}/checkpoints`,
      save_interval: 2,
      num_epochs: 4,
      batch_size: 16,
      learning_rate: 0.02,
      seed: 7,
      scheduler: { name: "cosine" },
      ...options.training
    },
    model: options.model ?? {},
    data: options.data ?? {}
  }
  const path = `${options.folder}/config.json`
  yield* fileSystem.writeFileString(path, JSON.stringify(config))

  const events: Array<Event> = []
  let asked = 0
  let interrupted = false
  let main: Fiber.RuntimeFiber<unknown, unknown> | undefined
  const observer = Layer.succeed(Observer, {
    emit: (event) =>
      Effect.suspend(() => {
        events.push(event)
        const wanted = options.interruptAt?.(event, events.length) === true
        if (interrupted || !wanted) return Effect.void
        interrupted = true
        // The event may come from another fiber, which writes a checkpoint in the background. Short
        // steps follow one another without yielding, so that the interruption needs a turn to arrive.
        return Effect.zipRight(Fiber.interruptFork(main!), EventLoop.yieldToEventLoop)
      })
  })
  const resumption = Layer.succeed(Resumption, {
    flag: Option.fromNullable(options.resume),
    allowDatasetChange: options.allowDatasetChange ?? false,
    force: options.force ?? false,
    terminal: options.answer !== undefined,
    ask: () =>
      Effect.sync(() => {
        asked += 1
        return options.answer === true
      })
  })
  main = yield* (options.pipeline ?? pipelineOf()).run.pipe(
    Effect.provide(
      Layer.mergeAll(
        observer,
        resumption,
        ConfigSource.layer({ path }),
        FileStore.layer,
        Backend.layer(options.backend ?? "wasm")
      ).pipe(Layer.provideMerge(NodeFileSystem.layer))
    ),
    Effect.provideService(SaveRequest, { take: options.saveRequest ?? Effect.succeed(false) }),
    Effect.fork
  )
  const exit = yield* Fiber.await(main)
  const outcome: Outcome = { exit, events, asked }
  return outcome
}, Effect.provide(NodeFileSystem.layer))

/** A new folder that is removed with the scope. */
export const temporaryFolder = FileSystem.FileSystem.pipe(
  Effect.flatMap((fileSystem) => fileSystem.makeTempDirectoryScoped({ prefix: "holdfast-" })),
  Effect.provide(NodeFileSystem.layer)
)

/** The checkpoint of that name that a session has left. */
export const checkpointIn = (
  folder: string,
  name: "latest_checkpoint" | "best_model" = "latest_checkpoint"
) =>
  CheckpointFile.read(`${folder}/checkpoints/${name}.safetensors`).pipe(
    Effect.provide(NodeFileSystem.layer)
  )

/** All that exactness covers in a checkpoint: every tensor, and what is not a time or an identity. */
export const essence = Effect.fn("essence")(function* ({ meta, tensors }: Checkpoint) {
  const bytes: Record<string, string> = {}
  for (const [name, tensor] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    bytes[name] =
      `${tensor.dtype} [${tensor.shape}] ${Buffer.from(yield* tensor.bytes).toString("hex")}`
  }
  const { run_id: _id, saved_at: _at, position, train_history, config: _config, ...rest } = meta
  return {
    bytes,
    ...rest,
    position: { ...position, seconds: 0 },
    train_history: train_history.map((record) => ({ ...record, seconds: 0 }))
  }
})
