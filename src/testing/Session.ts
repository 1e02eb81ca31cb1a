import type { PlatformError } from "@effect/platform/Error"
import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Backend, BackendName } from "../backends/Backend.js"
import { CheckpointError } from "../checkpointing/CheckpointError.js"
import { Resumption, type ResumeFrom } from "../checkpointing/resume/Resumption.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import type { Event } from "../events/Event.js"
import { Observer } from "../events/Observer.js"
import * as Holdfast from "../Holdfast.js"
import * as NodeFileSystem from "../io/NodeFileSystem.js"
import { yieldToEventLoop } from "../io/EventLoop.js"
import type { Pipeline } from "../Pipeline.js"
import * as Recorder from "../runlog/Recorder.js"
import { SaveRequest } from "../training/SaveRequest.js"

/** How one process's worth of a run proceeds. */
export interface Session {
  /** The configuration, as JSON. */
  readonly config: Readonly<Record<string, unknown>>
  /** What `--resume` says. */
  readonly resume?: ResumeFrom | undefined
  /** What the user answers when asked whether to resume; undefined: there is no terminal. */
  readonly answer?: boolean | undefined
  readonly allowDatasetChange?: boolean | undefined
  readonly force?: boolean | undefined
  /** By default files. */
  readonly store?: Layer.Layer<CheckpointStore> | undefined
  /** By default `HOLDFAST_BACKEND`, else "wasm". */
  readonly backend?: BackendName | Layer.Layer<Backend> | undefined
  /** What `--deterministic` says. */
  readonly deterministic?: boolean | undefined
  /** Picks the event, counted from 1, at which the pipeline is interrupted, as Ctrl+C does. */
  readonly interruptAt?: ((event: Event, count: number) => boolean) | undefined
  /**
   * Picks the event at which the process is killed: nothing is saved any more, and its events end. Only
   * the lock on the folder is released, which the next process would take over.
   */
  readonly killAt?: ((event: Event, count: number) => boolean) | undefined
  /** Whether the log of the run is written, as `holdfast run` does; by default not. A killed process writes no more. */
  readonly log?: boolean | undefined
  /** Whether a save is asked for, evaluated after each step. */
  readonly saveRequest?: Effect.Effect<boolean> | undefined
}

/** How a session ended, which events it emitted, and how often it asked whether to resume. */
export interface Outcome<out Out = unknown, out E = unknown> {
  readonly exit: Exit.Exit<Out, E>
  readonly events: ReadonlyArray<Event>
  readonly asked: number
}

/**
 * Runs a pipeline as a process would, until it ends or is interrupted or killed: with a config, a
 * terminal or none, and a store. Several sessions on the same folder of checkpoints are one run.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import type { Pipeline } from "holdfast"
 * import { session } from "holdfast/testing"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 * declare const config: Record<string, unknown>
 *
 * export const twice = Effect.gen(function* () {
 *   const first = yield* session(pipeline, {
 *     config,
 *     interruptAt: (event) => event._tag === "StepFinished" && event.step === 3
 *   })
 *   const second = yield* session(pipeline, { config, resume: "latest" })
 *   return [first.exit, second.events]
 * })
 * ```
 */
export const session = <Out, E, R>(
  pipeline: Pipeline<Out, E, R>,
  options: Session
): Effect.Effect<Outcome<Out, unknown>, never, Exclude<R, Holdfast.Services | Scope.Scope>> =>
  Effect.gen(function* () {
    const events: Array<Event> = []
    let asked = 0
    let end: "interrupted" | "killed" | null = null
    let main: Fiber.RuntimeFiber<Out, unknown> | undefined
    const observer = Layer.succeed(Observer, {
      emit: (event) =>
        Effect.suspend(() => {
          if (end === "killed") return Effect.void
          events.push(event)
          // Asked of every event, so that a test can also watch what follows.
          const isKilled = options.killAt?.(event, events.length) === true
          const isInterrupted = options.interruptAt?.(event, events.length) === true
          if (end !== null || !(isKilled || isInterrupted)) return Effect.void
          end = isKilled ? "killed" : "interrupted"
          // The event may come from another fiber, which writes a checkpoint in the background. Short
          // steps follow one another without yielding: the interruption needs a turn to arrive.
          return Effect.zipRight(Fiber.interruptFork(main!), yieldToEventLoop)
        })
    })
    const resume = Layer.succeed(Resumption, {
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
    main = yield* Holdfast.run(pipeline, {
      config: options.config,
      resume,
      store: mortal(options.store ?? Holdfast.fileStore, () => end === "killed"),
      backend: options.backend ?? ((process.env["HOLDFAST_BACKEND"] || "wasm") as BackendName),
      deterministic: options.deterministic ?? false,
      observer:
        options.log === true
          ? Layer.provide(
              Recorder.beside(observer),
              mortalFiles(() => end === "killed")
            )
          : observer,
      log: false
    }).pipe(
      Effect.provideService(SaveRequest, { take: options.saveRequest ?? Effect.succeed(false) }),
      Effect.fork
    )
    const exit = yield* Fiber.await(main)
    return {
      exit: end === "killed" ? Exit.interrupt(FiberId.none) : exit,
      events,
      asked
    }
  })

/** Files that cannot be written any more once their process is dead. */
const mortalFiles = (isDead: () => boolean): Layer.Layer<FileSystem.FileSystem> =>
  Layer.map(NodeFileSystem.layer, (context) => {
    const fs = Context.get(context, FileSystem.FileSystem)
    const alive = <A, R>(effect: Effect.Effect<A, PlatformError, R>) =>
      Effect.suspend(() => (isDead() ? Effect.fail(killed) : effect))
    return Context.make(FileSystem.FileSystem, {
      ...fs,
      open: (path, options) =>
        Effect.map(alive(fs.open(path, options)), (file) => {
          const writeAll = file.writeAll.bind(file)
          return Object.assign(file, { writeAll: (bytes: Uint8Array) => alive(writeAll(bytes)) })
        }),
      rename: (from, to) => alive(fs.rename(from, to))
    })
  })

const killed = new SystemError({
  reason: "Unknown",
  module: "FileSystem",
  method: "open",
  description: "the process was killed"
})

/** A store that keeps nothing more once its process is dead. */
const mortal = (
  layer: Layer.Layer<CheckpointStore>,
  isDead: () => boolean
): Layer.Layer<CheckpointStore> => {
  const alive = <A>(folder: string, effect: Effect.Effect<A, CheckpointError>) =>
    Effect.suspend(() =>
      isDead()
        ? new CheckpointError({
            reason: "Unwritable",
            path: folder,
            detail: "the process was killed"
          })
        : effect
    )
  return Layer.effect(
    CheckpointStore,
    Effect.map(CheckpointStore, (store) => ({
      ...store,
      open: (folder, options) =>
        Effect.map(store.open(folder, options), (writer) => ({
          ...writer,
          save: (checkpoint, name) => alive(folder, writer.save(checkpoint, name)),
          archive: (stays) => alive(folder, writer.archive(stays))
        }))
    }))
  ).pipe(Layer.provide(layer))
}
