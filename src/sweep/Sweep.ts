import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { marked } from "../config/Choice.js"
import { ConfigError } from "../config/ConfigError.js"
import * as DecodeConfig from "../config/DecodeConfig.js"
import { SweepFile, strategyOf } from "./Definition.js"
import { schedulers, searches } from "./search/BuiltIn.js"
import type { Definition, Problem, Scheduler, Search } from "./search/Search.js"
import type { PathOf, SpaceOf, ValueAt, Written } from "./space/Path.js"

/** Marks sweeps, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Sweep") as never
export type TypeId = typeof TypeId

/** What `holdfast sweep FILE` runs: the default export of a TypeScript file, or what a JSON file says. */
export interface Sweep {
  readonly [TypeId]: TypeId
  readonly file: SweepFile
}

/** Whether `value` is a sweep. */
export const isSweep = (value: unknown): value is Sweep => Predicate.hasProperty(value, TypeId)

type Encoded = typeof SweepFile.Encoded

/** A sweep in code: what its JSON would hold, the space typed by the pipeline's config. */
export interface Options<Config> extends Omit<
  Encoded,
  "$schema" | "space" | "set" | "search" | "scheduler"
> {
  /** The parameters by the paths of the fields that they set. */
  readonly space: SpaceOf<Config>
  /** Fields of the config that are the same in all trials. */
  readonly set?: { readonly [P in PathOf<Config>]?: Written<ValueAt<Config, P>> }
  /** Built in, by name or with fields, or a custom one: `SearchAlgorithm.define(…).make(…)`. */
  readonly search?: Encoded["search"] | Search
  /** As `search`: `TrialScheduler.define(…).make(…)`. */
  readonly scheduler?: Encoded["scheduler"] | Scheduler
}

/**
 * Declares a sweep over the config of a pipeline: paths that the config does not have, and values of another
 * type than the field's, do not compile. Without a type argument any path is taken, and checked when the
 * first trial starts.
 *
 * Throws a `ConfigError` that names each field that is wrong, and what is allowed there.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config } from "holdfast"
 * import { Space, Sweep } from "holdfast/sweep"
 *
 * const MyConfig = Config.make({
 *   model: Schema.Struct({ units: Schema.Int, activation: Schema.Literal("relu", "gelu") }),
 *   data: Schema.Struct({ folder: Schema.String })
 * })
 *
 * export default Sweep.make<typeof MyConfig.Type>({
 *   name: "first-sweep",
 *   pipeline: "pipeline.ts",
 *   metric: "val_accuracy",
 *   mode: "max",
 *   space: {
 *     "training.learning_rate": Space.logUniform(1e-4, 1e-1),
 *     "training.optimizer": Space.choice(["adam", { name: "sgd", momentum: 0.9 }]),
 *     "model.units": Space.int(16, 256, { log: true }),
 *     "model.activation": Space.choice(["relu", "gelu"])
 *   },
 *   search: { name: "tpe", startup_trials: 20 },
 *   scheduler: "asha",
 *   trials: 60
 * })
 * ```
 */
export const make = <Config = unknown>(options: Options<Config>): Sweep => {
  const { scheduler, search, ...rest } = options
  return Either.getOrThrowWith(
    fromJson(
      {
        ...rest,
        ...(search !== undefined && !isMade(search) && { search }),
        ...(scheduler !== undefined && !isMade(scheduler) && { scheduler })
      },
      "Sweep.make",
      {
        ...(isMade(search) && { search: recorded(search, searches) }),
        ...(isMade(scheduler) && { scheduler: recorded(scheduler, schedulers) })
      }
    ),
    (error) => error
  )
}

/**
 * The sweep that the JSON of a file describes. Fails with a `ConfigError` that names each field that is
 * wrong; what depends on the number of epochs, `problemOf` finds when that is known.
 */
export const fromJson = (
  json: unknown,
  path: string,
  custom: {
    readonly search?: SweepFile["search"]
    readonly scheduler?: SweepFile["scheduler"]
  } = {}
): Either.Either<Sweep, ConfigError> =>
  Either.flatMap(DecodeConfig.decode(SweepFile, json, { path, overrides: [] }), (decoded) => {
    const file: SweepFile = { ...decoded, ...custom }
    const problem = problemOf({ ...file, epochs: Infinity })
    return problem === undefined
      ? Either.right({ [TypeId]: TypeId, file })
      : Either.left(unsuitable(problem, file, path))
  })

/** What in a sweep does not suit its search algorithm or scheduler: a field, and what is allowed there. */
export const problemOf = (
  sweep: Definition & Pick<SweepFile, "search" | "scheduler">
): Problem | undefined => {
  const { scheduler, search } = strategyOf(sweep)
  return search.check?.(sweep) ?? scheduler.check?.(sweep)
}

/** The same as an error of the file that says `sweep`. */
export const unsuitable = (
  { message, path }: Problem,
  sweep: Pick<SweepFile, "space">,
  file: string
): ConfigError => {
  const found = path.reduce<unknown>(
    (value, name) => (Predicate.isObject(value) ? Reflect.get(value, name) : undefined),
    sweep
  )
  const problem = {
    kind: found === undefined ? ("Missing" as const) : ("NotAllowed" as const),
    path: path.join("."),
    found: found === undefined ? null : JSON.stringify(found).slice(0, 60),
    allowed: message,
    meant: null,
    overridden: false
  }
  return new ConfigError({ reason: { _tag: "Invalid", file, problems: [problem] } })
}

const isMade = (value: unknown): value is Search | Scheduler =>
  Predicate.hasProperty(value, "suggest") || Predicate.hasProperty(value, "next")

/** What a definition records of one that was made in code: its name and fields, and under them itself. */
const recorded = <A>(
  made: Search | Scheduler,
  builtIn: ReadonlyArray<{ readonly name: string }>
): A => {
  const config = { ...made.fields, name: made.name }
  return (
    builtIn.some(({ name }) => name === made.name)
      ? config
      : marked(config, { name: made.name, fromConfig: () => made } as never)
  ) as A
}
