import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import type * as Holdfast from "../Holdfast.js"
import type { Pipeline } from "../Pipeline.js"
import { essence } from "./Essence.js"
import { session, type Session } from "./Session.js"

/** What a comparison of runs with an uninterrupted one has shown. */
export interface Exactness {
  /** How many events the uninterrupted run emitted. */
  readonly events: number
  /** The events, counted from 1, at which runs were stopped. */
  readonly stops: ReadonlyArray<number>
  /** Those of them after which the resumed run ended in another checkpoint than the uninterrupted one. */
  readonly different: ReadonlyArray<number>
}

/**
 * Stops a pipeline at each of some events, resumes it to its end, and compares the last checkpoint with
 * that of an uninterrupted run: nothing may differ, to the bit. Checkpoints are kept in memory, unless
 * another store is given, under `training.checkpoint_dir` of the config.
 *
 * Fails with the cause of a run that fails by itself.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import type { Pipeline } from "holdfast"
 * import { checkExactness } from "holdfast/testing"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 * declare const config: { readonly training: { readonly checkpoint_dir: string } }
 *
 * export const stops = Effect.map(
 *   checkExactness(pipeline, { config, folder: config.training.checkpoint_dir, stopEvery: 5 }),
 *   ({ different }) => different
 * )
 * ```
 */
export const checkExactness = <Out, E, R>(
  pipeline: Pipeline<Out, E, R>,
  options: Pick<Session, "backend" | "config"> & {
    /** The store, made for each run that is compared: by default in memory, and empty. */
    readonly store?: Layer.Layer<CheckpointStore>
    /** The folder of checkpoints that the config names. */
    readonly folder: string
    /** Stops at every so many events; by default 1. */
    readonly stopEvery?: number
    /** Kills the process instead of interrupting it. */
    readonly kill?: boolean
  }
): Effect.Effect<Exactness, unknown, Exclude<R, Holdfast.Services | Scope.Scope>> =>
  Effect.gen(function* () {
    const { folder, kill = false, stopEvery = 1, ...rest } = options
    const made = options.store ?? CheckpointStore.memory
    /** The last checkpoint of a run that is stopped at an event, if one is given, and resumed. */
    const ended = (stop: number | null) =>
      Effect.gen(function* () {
        const store = Context.get(yield* Layer.build(made), CheckpointStore)
        const shared = { ...rest, store: Layer.succeed(CheckpointStore, store) }
        if (stop !== null) {
          const at = (_: unknown, count: number) => count === stop
          yield* session(pipeline, { ...shared, ...(kill ? { killAt: at } : { interruptAt: at }) })
        }
        const last = yield* session(pipeline, shared)
        if (Exit.isFailure(last.exit)) return yield* Effect.failCause(last.exit.cause)
        const latest = Option.getOrThrow(yield* store.openReadOnly(folder).latest)
        return { last, text: JSON.stringify(yield* essence(latest.checkpoint)) }
      }).pipe(Effect.scoped)

    const expected = yield* ended(null)
    const events = expected.last.events.length
    const stops = Array.from(
      { length: Math.floor(events / stopEvery) },
      (_, i) => (i + 1) * stopEvery
    )
    const different: Array<number> = []
    for (const stop of stops) {
      const { text } = yield* ended(stop)
      if (text !== expected.text) different.push(stop)
    }
    return { events, stops, different }
  })
