import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { BackendName } from "../../backends/Backend.js"
import { Resumption } from "../../checkpointing/resume/Resumption.js"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import type { Event } from "../../events/Event.js"
import { stringify } from "../../events/JsonLines.js"
import * as NoticeLogger from "../../events/NoticeLogger.js"
import { Observer } from "../../events/Observer.js"
import * as Holdfast from "../../Holdfast.js"
import { yieldToEventLoop } from "../../io/EventLoop.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as LoadReport from "../../models/LoadReport.js"
import type { NameMap } from "../../models/match/NameMap.js"
import * as ModelFile from "../../models/ModelFile.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import { table } from "../../terminal/Table.js"
import { configFor } from "../ConfigFile.js"
import { quote } from "../../process/Invocation.js"
import * as PipelineFile from "../PipelineFile.js"
import { UsageError } from "../UsageError.js"

/** The command line of `holdfast import`, as parsed. */
export interface Options {
  readonly file: string
  readonly pipeline: Option.Option<string>
  readonly map: NameMap
  readonly key: Option.Option<string>
  readonly partial: boolean
  readonly freeze: ReadonlyArray<string>
  readonly optimizer: boolean
  readonly dryRun: boolean
  readonly replace: boolean
  readonly config: Option.Option<string>
  readonly set: ReadonlyArray<string>
  readonly backend: Option.Option<BackendName>
  readonly json: boolean
}

/** What keeps a model from being imported, beside the file and the model. */
export class ImportError extends Data.TaggedError("ImportError")<{
  readonly reason: "FolderInUse" | "NothingTrained"
  readonly path: string
}> {
  override get message(): string {
    return this.reason === "FolderInUse"
      ? t`the folder already holds a run: ${Printable.value(this.path)}. Choose another one by --set training.checkpoint_dir=PATH, or move that run to archive/ by --replace`
      : t`${Printable.value(this.path)} trains no model: no stage of it is restoreOrInit`
  }
}

/** Describes a file, or starts a run from it. */
export const run = Effect.fn("Import.run")(function* (options: Options) {
  if (Option.isSome(options.pipeline)) return yield* start(options, options.pipeline.value)
  const { dryRun, freeze, map, optimizer, partial, replace, set } = options
  const needed = [
    Object.keys(map).length > 0 && "--map",
    partial && "--partial",
    freeze.length > 0 && "--freeze",
    optimizer && "--optimizer",
    dryRun && "--dry-run",
    replace && "--replace",
    set.length > 0 && "--set",
    Option.isSome(options.config) && "--config",
    Option.isSome(options.backend) && "--backend"
  ].find((one) => one !== false)
  if (needed !== undefined) {
    return yield* new UsageError({
      reason: "Invalid",
      found: t`${needed} needs a pipeline: holdfast import ${Printable.value(options.file)} pipeline.ts ${needed}`,
      nearest: null,
      help: "holdfast import --help"
    })
  }
  yield* describe(options)
})

/** What to type to train on from the checkpoint that was made. */
const training = ({ backend, config, set }: Options, path: string): string =>
  [
    "holdfast run",
    quote(path),
    ...(Option.isSome(config) ? ["--config", quote(config.value)] : []),
    ...set.flatMap((one) => ["--set", quote(one)]),
    ...(Option.isSome(backend) ? ["--backend", backend.value] : []),
    "--resume latest"
  ].join(" ")

const opening = ({ key }: Options): ModelFile.OpenOptions => ({ key: Option.getOrUndefined(key) })

const describe = Effect.fnUntraced(function* (options: Options) {
  const { out } = yield* Output
  const file = yield* ModelFile.open(options.file, opening(options))
  const { bytes, format, info, optimizer, path, sha256, tensors } = file
  const slots =
    optimizer === null || typeof optimizer === "string"
      ? null
      : [...new Set([...optimizer.slots.values()].flatMap((one) => [...one.keys()]))]
  if (options.json) {
    const shown = tensors.map(({ module, name, parameter, shape }) => ({
      name,
      module,
      parameter,
      shape
    }))
    const state = slots === null ? null : { slots, ...settingsOf(optimizer) }
    yield* out(
      `${stringify({ path, format, bytes, sha256, info, tensors: shown, optimizer: state })}\n`
    )
    return
  }
  const rows = tensors.map(({ module, name, parameter, shape }) => [
    Printable.value(name),
    `[${shape.join(", ")}]`,
    Printable.value(module === "" ? parameter : module)
  ])
  const lines = [
    t`${Printable.value(path)}: ${format}, ${Format.bytes(bytes)}, ${tensors.length} tensors`,
    `sha256 ${sha256}`,
    ...Object.entries(info).map(
      ([name, value]) => `${Printable.value(name)}: ${Printable.value(JSON.stringify(value), 200)}`
    ),
    ...(slots === null ? [] : [t`optimizer: ${slots.join(", ")}`]),
    ...(typeof optimizer === "string" ? [t`optimizer: cannot be mapped: ${optimizer}`] : []),
    "",
    table([t`tensor`, t`shape`, t`module`], rows)
  ]
  yield* out(`${lines.join("\n")}\n`)
})

const settingsOf = (optimizer: ModelFile.ModelFile["optimizer"]) =>
  optimizer === null || typeof optimizer === "string"
    ? {}
    : { step: optimizer.step, settings: optimizer.settings }

/**
 * Runs the pipeline with `training.init_from`, until its run has started; the interruption saves that. A
 * dry run has its checkpoints in memory.
 */
const start = Effect.fnUntraced(function* (options: Options, path: string) {
  const { err, out } = yield* Output
  const pipeline = yield* PipelineFile.load(path)
  if (!pipeline.stages.some(({ plan }) => plan !== undefined)) {
    return yield* new ImportError({ reason: "NothingTrained", path })
  }
  const { file, freeze, map, optimizer, partial } = options
  const initFrom = {
    path: file,
    map,
    partial,
    optimizer,
    ...(Option.isSome(options.key) && { key: options.key.value }),
    freeze: freeze.length > 0 ? freeze : false
  }
  const config = Option.isSome(options.config) ? options.config.value : yield* configFor(path)
  const events: Array<Event> = []
  let main: Fiber.RuntimeFiber<unknown, unknown> | undefined
  const observer = Layer.succeed(Observer, {
    emit: (event) =>
      Effect.gen(function* () {
        events.push(event)
        if (event._tag === "Notice" && event.level === "warning") {
          yield* err(`${t`warning: ${Printable.lines(event.message)}`}\n`)
        }
        if (event._tag !== "RunStarted") return
        // Before the first step: the interruption needs a turn of the event loop to arrive.
        yield* Fiber.interruptFork(main!)
        yield* yieldToEventLoop
      })
  })
  const services = Holdfast.layer({
    config,
    set: [
      ...options.set,
      "training.resume_from=null",
      `training.init_from=${JSON.stringify(initFrom)}`
    ],
    resume: Layer.succeed(Resumption, {
      flag: options.replace ? Option.some("never" as const) : Option.none(),
      allowDatasetChange: false,
      force: false,
      // An earlier run is asked about, and the answer is this error.
      terminal: true,
      ask: (candidate) =>
        Effect.die(new ImportError({ reason: "FolderInUse", path: candidate.path }))
    }),
    observer,
    commandLine: { args: [], command: "holdfast import" },
    ...(options.dryRun && { store: CheckpointStore.memory }),
    ...(Option.isSome(options.backend) && { backend: options.backend.value })
  })
  main = yield* (pipeline.run as Effect.Effect<unknown, unknown, Holdfast.Services>).pipe(
    Effect.provide(NoticeLogger.layer),
    Effect.provide(services),
    Effect.fork
  )
  const exit = yield* Fiber.await(main)
  const isStarted = events.some(({ _tag }) => _tag === "RunStarted")
  if (Exit.isFailure(exit) && !(isStarted && Cause.isInterruptedOnly(exit.cause))) {
    return yield* Effect.failCause(exit.cause)
  }
  const loaded = events.find((event) => event._tag === "WeightsLoaded")
  const saved = events.find((event) => event._tag === "CheckpointSaved")
  const checkpoint = options.dryRun ? null : (saved?.path ?? null)
  if (loaded === undefined) return yield* new ImportError({ reason: "NothingTrained", path })
  const { frozen, info, report } = loaded
  if (options.json) {
    yield* out(`${stringify({ report, frozen, info, optimizer, checkpoint })}\n`)
    return
  }
  const lines = [
    LoadReport.details(report),
    "",
    LoadReport.text(report),
    ...(frozen.length > 0 ? [t`${frozen.length} of them are frozen`] : []),
    ...(optimizer ? [t`the optimizer has the state of the file`] : []),
    checkpoint === null
      ? t`dry run: nothing was written`
      : t`${Printable.value(checkpoint)} is the first checkpoint of a run; train with: ${training(options, path)}`
  ]
  yield* out(`${Printable.lines(lines.join("\n"))}\n`)
})
