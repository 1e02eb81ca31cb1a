import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as NodeFileSystem from "./io/NodeFileSystem.js"
import * as NodePlatform from "./io/NodePlatform.js"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { Backend, type BackendName, backendNames } from "./backends/Backend.js"
import { isBackendName } from "./backends/BackendName.js"
import { DeterminismRequired } from "./backends/Determinism.js"
import { BackendError } from "./backends/BackendError.js"
import type { Candidate } from "./checkpointing/resume/Resumption.js"
import { parse, Resumption } from "./checkpointing/resume/Resumption.js"
import { CheckpointStore } from "./checkpointing/store/CheckpointStore.js"
import { quote } from "./process/Invocation.js"
import { stopOnSignals } from "./process/StopOnSignals.js"
import { CommandLine } from "./config/CommandLine.js"
import type { ConfigError } from "./config/ConfigError.js"
import { ConfigSource } from "./config/ConfigSource.js"
import { Observer } from "./events/Observer.js"
import { problemHere } from "./io/Peers.js"
import { t } from "./language/Text.js"
import type { Pipeline } from "./Pipeline.js"
import * as Recorder from "./runlog/Recorder.js"
import { Output } from "./terminal/Output.js"
import { isWorker, WorkersRequested } from "./training/workers/Requested.js"
import * as TerminalObserver from "./terminal/TerminalObserver.js"

/** What people call a run, and where its log lies: see `Options.log`. */
export type RunLogOptions = Recorder.Options

/** A layer that may use files. */
type OnFiles<A> = Layer.Layer<A, unknown, FileSystem.FileSystem | Path.Path>

/** How a pipeline is run in code; each part has a default. */
export interface Options {
  /** The path of a JSON file, by default "config.json"; or the configuration itself, as JSON. */
  readonly config?: string | Readonly<Record<string, unknown>>
  /** Fields set over it: `{ "training.num_epochs": 150 }`, or `["training.num_epochs=150"]`. */
  readonly set?: Readonly<Record<string, unknown>> | ReadonlyArray<string>
  /**
   * What to do about an earlier run in the folder of checkpoints: "auto", "latest", "best", "never", the path
   * of a checkpoint, or a question, answered with whether to resume from the latest. By default
   * `training.resume_from` decides, else the latest is resumed from if there is one.
   */
  readonly resume?: string | ((found: Candidate) => Effect.Effect<boolean>) | OnFiles<Resumption>
  /** Resumes also when the data has changed since, as `--allow-dataset-change` does. */
  readonly allowDatasetChange?: boolean
  /** Takes over a folder that a process on another host holds, as `--force` does. */
  readonly force?: boolean
  /** Where checkpoints are saved; by default in files. */
  readonly store?: OnFiles<CheckpointStore>
  /** By default HOLDFAST_BACKEND, else that of `training.backend` or of the checkpoint, else the faster one. */
  readonly backend?: BackendName | OnFiles<Backend>
  /**
   * Whether every process must compute the same bits on this kind of processor, at whatever cost: native
   * TensorFlow then computes on one thread and in a fixed order, and a backend that cannot is refused.
   */
  readonly deterministic?: boolean
  /** Sees what happens, see `display`; by default warnings are logged. */
  readonly observer?: OnFiles<Observer>
  /**
   * Whether each run writes its log (docs/run-log.md), and what people call the run. By default it does
   * where checkpoints are in files, unless `training.run_log` is false; with a custom `store`, `true`
   * writes it to the path that `training.checkpoint_dir` is, `folder` elsewhere.
   */
  readonly log?: boolean | RunLogOptions
  /**
   * How many worker threads compute the steps, as `holdfast run --workers`, and the URL of the module whose
   * default export is the pipeline: each worker loads it. By default this thread computes.
   */
  readonly workers?: { readonly count: number | "auto"; readonly module: string | URL }
  /** What the pipeline gets as its `CommandLine`; by default no arguments. */
  readonly commandLine?: Partial<CommandLine["Type"]>
}

/** The services that `layer` provides: all that the built-in stages use. */
export type Services =
  | Backend
  | CheckpointStore
  | CommandLine
  | ConfigSource
  | FileSystem.FileSystem
  | Observer
  | Path.Path
  | Resumption

/** Why the services of a run could not be started. */
export type LayerError<O extends Options> =
  | BackendError
  | ConfigError
  | PeerError
  | ErrorOf<O["backend"] | O["observer"] | O["resume"] | O["store"]>

type ErrorOf<L> = L extends Layer.Layer<never, infer E, infer _R> ? E : never

/** Another version, or a second copy, of a package that Holdfast shares with the program. */
export class PeerError extends Schema.TaggedError<PeerError>()("PeerError", {
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

/** Checkpoints in files, for programs that read them: see `Checkpoints`. */
export const fileStore: Layer.Layer<CheckpointStore> = Layer.provide(
  CheckpointStore.file,
  NodeFileSystem.layer
)

/** What to type to run this program again. */
const command = ["node", ...process.argv.slice(1)].map(quote).join(" ")

/** An observer that shows a run on the standard output, as the command line does. */
export const display: Layer.Layer<Observer> = TerminalObserver.layer({
  command,
  again: command,
  signal: Effect.succeed(null)
}).pipe(Layer.provide(Output.layer))

/**
 * Every service that a pipeline needs, from the parts given or their defaults. The same promises hold
 * as under the command line.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * await Effect.runPromise(
 *   pipeline.run.pipe(Effect.provide(Holdfast.layer({ config: "config.json", resume: "latest" })))
 * )
 * ```
 */
export const layer = <const O extends Options>(
  options: O = {} as O
): Layer.Layer<Services, LayerError<O>> =>
  Layer.mergeAll(
    Layer.effectDiscard(checkPeers),
    configOf(options),
    Layer.succeed(CommandLine, {
      args: [],
      command,
      ...options.commandLine
    }),
    resumptionOf(options),
    options.store ?? CheckpointStore.file,
    Layer.provideMerge(
      backendOf(options),
      Layer.succeed(DeterminismRequired, options.deterministic ?? false)
    ),
    observerOf(options),
    options.workers === undefined
      ? Layer.empty
      : Layer.succeed(WorkersRequested, {
          count: options.workers.count,
          module: `${options.workers.module}`
        })
  ).pipe(Layer.provideMerge(NodePlatform.layer)) as Layer.Layer<Services, LayerError<O>>

/** The observer, with what writes the log beside it. */
const observerOf = ({ log, observer = warnings, store }: Options): OnFiles<Observer> => {
  const given = log ?? store === undefined
  if (given === false) return observer
  // A pipeline may bring a store of its own: by default there is a log only where it is in files.
  return Recorder.beside(observer, {
    ...(given === true ? {} : given),
    isOptional: log === undefined
  })
}

const checkPeers = Effect.suspend(() => {
  const detail = problemHere()
  return detail === null ? Effect.void : new PeerError({ detail })
})

const configOf = ({ config, set }: Options) =>
  ConfigSource.layer({
    ...(typeof config === "string" ? { path: config } : { json: config }),
    overrides: set
  })

const backendOf = ({ backend }: Options): OnFiles<Backend> => {
  if (Layer.isLayer(backend)) return backend as OnFiles<Backend>
  const name: string | undefined =
    (backend as BackendName | undefined) ?? (process.env["HOLDFAST_BACKEND"] || undefined)
  if (name === undefined || isBackendName(name)) return Backend.layer(name)
  const detail = t`choose one of ${backendNames.join(", ")}`
  return Layer.fail(new BackendError({ reason: "Unavailable", subject: name, detail }))
}

const resumptionOf = ({
  allowDatasetChange = false,
  force = false,
  resume
}: Options): OnFiles<Resumption> =>
  Layer.isLayer(resume)
    ? (resume as OnFiles<Resumption>)
    : Layer.succeed(Resumption, {
        flag: typeof resume === "string" ? Option.some(parse(resume)) : Option.none(),
        allowDatasetChange,
        force,
        terminal: typeof resume === "function",
        ask: typeof resume === "function" ? resume : () => Effect.succeed(true)
      })

/** Logs warnings, which would go unseen. */
const warnings = Observer.make((event) =>
  event._tag === "Notice" && event.level === "warning"
    ? Effect.logWarning(event.message)
    : Effect.void
)

/**
 * Runs a pipeline with the services of `layer`; `signals: true` has SIGINT, SIGTERM and SIGHUP save and
 * stop it, see `stopOnSignals`. A service that only this pipeline knows is provided by
 * `Pipeline.provide`, or to the effect.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * await Effect.runPromise(Holdfast.run(pipeline, { set: { "training.num_epochs": 5 }, signals: true }))
 * ```
 */
export const run = <Out, E, R, const O extends Options & { readonly signals?: boolean }>(
  pipeline: Pipeline<Out, E, R>,
  options: O = {} as O
): Effect.Effect<Out, E | LayerError<O>, Exclude<R, Services | Scope.Scope>> => {
  if (isWorker()) {
    return Effect.dieMessage(
      t`this module runs its pipeline when it is loaded, and workers load it; export the pipeline from a module of its own, and give its URL as workers.module`
    )
  }
  const effect = Effect.provide(pipeline.run, layer(options)).pipe(
    Effect.withSpan("holdfast run")
  ) as Effect.Effect<Out, E | LayerError<O>, Exclude<R, Services | Scope.Scope>>
  return options.signals === true ? stopOnSignals(effect) : effect
}

export { stopOnSignals }
