import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Choice from "../config/Choice.js"
import { field, mayChange } from "../config/Field.js"
import type { Observer } from "../events/Observer.js"
import type { Run } from "../training/Run.js"

/**
 * An observer that `training.observers` names, made for a run that is about to start or resume. It sees
 * all events of the pipeline, also those from before, and is closed with it; see `Observer.all` for what
 * happens to one that fails or is slow.
 */
export type RunObserver = (
  run: Run
) => Layer.Layer<Observer, unknown, FileSystem.FileSystem | Path.Path>

/**
 * Defines an observer that `training.observers` can name. `Tracking.listOf` adds it to a config.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { Config, Observer, Tracking } from "holdfast"
 *
 * // Posts each new best to a chat.
 * const chat = Tracking.define("chat", {
 *   description: "Posts each new best epoch.",
 *   fields: { url: Schema.String },
 *   make: ({ url }) => (run) =>
 *     Observer.make((event) =>
 *       event._tag === "EpochFinished" && event.is_best
 *         ? Effect.promise(() => fetch(url, { method: "POST", body: `${run.id}: new best` }))
 *         : Effect.void
 *     )
 * })
 *
 * export const MyConfig = Config.make({
 *   training: { observers: Tracking.listOf(...Tracking.builtIn, chat) },
 *   model: Schema.Struct({}),
 *   data: Schema.Struct({})
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, RunObserver>
) => Choice.define(name, definition)

type Choices = readonly [
  Choice.Choice.Any<RunObserver>,
  ...ReadonlyArray<Choice.Choice.Any<RunObserver>>
]

/** The field `training.observers` of a config that can name some observers; left out, it names none. */
export type ObserversField<C extends Choice.Choice.Any> = Schema.PropertySignature<
  ":",
  ReadonlyArray<Choice.Choice.Type<C>>,
  never,
  "?:",
  ReadonlyArray<Choice.Choice.Encoded<C> | C["name"]>,
  true
>

/**
 * The field `training.observers` of a config that can name these observers, by name alone or with
 * fields; left out, it names none.
 */
export const listOf = <const C extends Choices>(...observers: C): ObserversField<C[number]> =>
  mayChange(
    field(
      Schema.Array(Choice.union(...observers)),
      [],
      "What records the run beside its log: observers by name."
    )
  ) as never
