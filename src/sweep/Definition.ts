import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Choice from "../config/Choice.js"
import { field, positiveInt, required } from "../config/Field.js"
import { t } from "../language/Text.js"
import { schedulers, searches } from "./search/BuiltIn.js"
import type { Given, Scheduler, Search } from "./search/Search.js"
import { suggested } from "./search/Trials.js"
import { Json } from "./space/Json.js"
import { Space } from "./space/Space.js"

const name = Schema.String.pipe(
  Schema.filter(
    (text) =>
      /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(text) ||
      t`a name of a folder: letters, digits, ".", "_" and "-", at most 100`
  )
)

const metric = field(
  Schema.NonEmptyString,
  "val_loss",
  "The metric by which trials are compared, as the epochs of a run record it."
)
const mode = field(
  Schema.Literal("min", "max"),
  "min",
  "Whether a lower or a higher value is better."
)
const parallel = field(
  positiveInt,
  4,
  "How many tickets may be open when the next is chosen: part of what the sweep computes, whatever the number of workers, of which no more can be busy."
)
const seed = field(Schema.Int, 0, "Where every draw of the search starts.")
const search = Choice.oneOf("How the parameters of trials are chosen.", ...searches)
const scheduler = Choice.oneOf("Which trials are trained, and how far.", ...schedulers)

/** What a definition records of a custom search algorithm or scheduler: its name and fields. */
const custom = (builtIn: ReadonlyArray<{ readonly name: string }>) =>
  Schema.Struct(
    {
      name: Schema.String.pipe(Schema.filter((name) => !builtIn.some((one) => one.name === name)))
    },
    { key: Schema.String, value: Json }
  )

/** What all sweeps say, whether a user writes it or a folder or database holds it. */
const shared = {
  name: required(name, "The name of the sweep, and of its folder."),
  metric,
  mode,
  space: required(
    Space,
    "The parameters that trials differ in, by the paths of the config's fields."
  ),
  search,
  scheduler,
  trials: required(positiveInt, "How many trials are chosen; of a population, how many it has."),
  parallel,
  seed
}

/** A sweep as a user writes it, in JSON or by `Sweep.make`; paths are relative to its file. */
export const SweepFile = Schema.Struct({
  $schema: Schema.optionalWith(Schema.String, { exact: true }),
  ...shared,
  pipeline: required(Schema.NonEmptyString, "The pipeline's file."),
  config: Schema.optionalWith(Schema.NonEmptyString, { exact: true }).annotations({
    description: "The config file; by default the one that `holdfast run` would use."
  }),
  set: field(
    Schema.Record({ key: Schema.String, value: Json }),
    {},
    "Fields of the config that are the same in all trials, as `--set` of `holdfast run` sets them."
  ),
  checkpoint_dir: Schema.optionalWith(Schema.NonEmptyString, { exact: true }).annotations({
    description:
      "The folder of the sweep, from the working directory, or s3://bucket/prefix for its trials' checkpoints; by default checkpoints/ and the name."
  })
})
export interface SweepFile extends Schema.Schema.Type<typeof SweepFile> {}

/** A sweep with all that its trials need, as `sweep.json` in its folder and a database keep it. */
export const Definition = Schema.Struct({
  version: Schema.Literal(1),
  ...shared,
  search: Schema.Union(Choice.union(...searches), custom(searches)),
  scheduler: Schema.Union(Choice.union(...schedulers), custom(schedulers)),
  /** The pipeline's file, from the working directory. */
  pipeline: Schema.String,
  /** The address of the bucket with the checkpoints of the trials, where they are not in the sweep's folder. */
  checkpoint_dir: Schema.optionalWith(Schema.NonEmptyString, { exact: true }),
  /** The config of the trials, but for their parameters. */
  config: Schema.Record({ key: Schema.String, value: Json }),
  /** The epochs of a trial that is trained to its end. */
  epochs: positiveInt,
  /** The backend of all trials. */
  backend: Schema.String,
  /** ISO 8601. */
  started_at: Schema.String
})
export interface Definition extends Schema.Schema.Type<typeof Definition> {}

/** A definition as JSON. */
export const encode = (definition: Definition): unknown =>
  Effect.runSync(Effect.orDie(Schema.encode(Definition)(definition)))

/**
 * What decides about the tickets of a sweep. Where it is custom, and the definition was read from a folder or
 * a database, only the sweep's own file has it: then nothing follows that it would decide.
 */
export const strategyOf = (
  definition: Pick<Definition, "search" | "scheduler">
): { readonly search: Search; readonly scheduler: Scheduler } => {
  const search = Choice.find<Search>(definition.search, searches)
  const scheduler = Choice.find<Scheduler>(definition.scheduler, schedulers)
  return {
    search: search ?? { name: definition.search.name, suggest: () => null },
    scheduler: {
      ...(scheduler ?? { name: definition.scheduler.name }),
      next: (given, chosen) =>
        scheduler === undefined || (search === undefined && suggested(given.tickets) < given.trials)
          ? { _tag: "Wait" }
          : scheduler.next(given, chosen)
    }
  }
}

/** Whether the sweep can be computed without its own file. */
export const isBuiltIn = ({
  scheduler,
  search
}: Pick<Definition, "search" | "scheduler">): boolean =>
  searches.some(({ name }) => name === search.name) &&
  schedulers.some(({ name }) => name === scheduler.name)

/** What search algorithms and schedulers are given of a definition. */
export const givenOf = ({
  epochs,
  mode,
  seed,
  space,
  trials
}: Definition): Omit<Given, "tickets" | "outcomes"> => ({ epochs, mode, seed, space, trials })
