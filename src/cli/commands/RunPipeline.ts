import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Option from "effect/Option"
import type { BackendName } from "../../backends/Backend.js"
import * as Resumption from "../../checkpointing/resume/Resumption.js"
import * as Holdfast from "../../Holdfast.js"
import { t } from "../../language/Text.js"
import * as JsonLines from "../../events/JsonLines.js"
import type { Setting } from "../../terminal/RenderEvent.js"
import * as NoticeLogger from "../../events/NoticeLogger.js"
import { emit, type Observer } from "../../events/Observer.js"
import { Output } from "../../terminal/Output.js"
import * as QuietObserver from "../../terminal/QuietObserver.js"
import * as TerminalObserver from "../../terminal/TerminalObserver.js"
import { SaveRequest } from "../../training/SaveRequest.js"
import { UntilEpoch, UntilEpochReached } from "../../training/UntilEpoch.js"
import { configFor, usualConfig } from "../ConfigFile.js"
import * as Invocation from "../../process/Invocation.js"
import * as PipelineFile from "../PipelineFile.js"
import { showProfile } from "../ShowProfile.js"
import * as ResumePrompt from "../ResumePrompt.js"
import { openTelemetry } from "../../tracking/OpenTelemetry.js"
import { RequestedObservers } from "../../tracking/StartObservers.js"
import { profiled } from "../../profiling/index.js"
import { Signals } from "../../process/Signals.js"

/** The command line of `holdfast run`, as parsed. */
export interface Options {
  readonly pipeline: string
  readonly args: ReadonlyArray<string>
  readonly config: Option.Option<string>
  readonly set: ReadonlyArray<string>
  readonly resume: Option.Option<string>
  readonly allowDatasetChange: boolean
  readonly force: boolean
  readonly backend: Option.Option<BackendName>
  readonly deterministic: boolean
  readonly profile: boolean
  /** Ends the run after that epoch. */
  readonly untilEpoch: Option.Option<number>
  readonly workers: Option.Option<number | "auto">
  readonly tensorboard: boolean
  readonly otel: boolean
  /** What people call the run. */
  readonly name: Option.Option<string>
  readonly tag: ReadonlyArray<string>
  readonly notes: Option.Option<string>
  readonly quiet: boolean
  readonly json: boolean
}

/** Loads the pipeline and runs it, with every service that a stage can require. */
export const runPipeline = Effect.fnUntraced(function* (options: Options) {
  const call = yield* Invocation.Invocation
  const { received, takeSaveRequest } = yield* Signals
  const setting: Setting = {
    command: Invocation.resume(call),
    again: Invocation.again(call),
    signal: received
  }
  const loaded = yield* PipelineFile.load(options.pipeline)
  if (Option.isSome(options.untilEpoch)) {
    const { checkPipeline } = yield* Effect.promise(() => import("../../rehearsal/rehearse.js"))
    yield* checkPipeline(loaded, true)
  }
  const pipeline = options.profile ? profiled(loaded, yield* showProfile(options)) : loaded
  const config = Option.isSome(options.config)
    ? options.config.value
    : yield* configFor(options.pipeline)
  const output = Layer.succeed(Output, yield* Output)
  const services = Holdfast.layer({
    config,
    set: options.set,
    resume: ResumePrompt.layer({
      flag: Option.map(options.resume, Resumption.parse),
      allowDatasetChange: options.allowDatasetChange,
      force: options.force
    }).pipe(Layer.provide(output)),
    observer: Layer.provide(observer(options, setting), output),
    log: {
      ...(Option.isSome(options.name) && { name: options.name.value }),
      ...(options.tag.length > 0 && { tags: [...new Set(options.tag)] }),
      ...(Option.isSome(options.notes) && { notes: options.notes.value })
    },
    deterministic: options.deterministic,
    ...(Option.isSome(options.workers) && {
      workers: { count: options.workers.value, module: pathToFileURL(resolve(options.pipeline)) }
    }),
    commandLine: { args: options.args, command: setting.command },
    ...(Option.isSome(options.backend) && { backend: options.backend.value })
  })
  // A file cannot tell us the types of its pipeline: a service that it lacks is a defect, named.
  const run = pipeline.run as Effect.Effect<unknown, unknown, Holdfast.Services>
  yield* Effect.gen(function* () {
    if (Option.isNone(options.config) && config !== usualConfig) {
      yield* emit({
        _tag: "Notice",
        level: "info",
        code: "ConfigFile",
        message: t`config file ${config}`
      })
    }
    yield* Effect.catchIf(
      run,
      (error) => error instanceof UntilEpochReached,
      () => Effect.void
    )
  }).pipe(
    Effect.withSpan("holdfast run"),
    Effect.provideService(UntilEpoch, {
      epoch: Option.getOrElse(options.untilEpoch, () => Infinity)
    }),
    Effect.provideService(RequestedObservers, options.tensorboard ? ["tensorboard"] : []),
    // What it warns of is a notice, too.
    Effect.provide(options.otel ? openTelemetry : Layer.empty),
    Effect.provide(NoticeLogger.layer),
    Effect.provide(services),
    Effect.provideService(SaveRequest, { take: takeSaveRequest })
  )
})

/** Who shows the run: what was asked for, else the terminal. */
const observer = (
  options: Pick<Options, "json" | "quiet">,
  setting: Setting
): Layer.Layer<Observer, never, Output> =>
  options.json
    ? JsonLines.layer(setting.signal)
    : options.quiet
      ? QuietObserver.layer(setting)
      : TerminalObserver.layer(setting)
