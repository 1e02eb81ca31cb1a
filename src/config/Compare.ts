import { isDeepStrictEqual } from "node:util"
import * as Predicate from "effect/Predicate"

/** A field in which two configurations differ; `undefined` where one of them lacks it. */
export interface Difference {
  /** Where: "training.learning_rate". */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  /** Which of the two a resumed run goes on with. */
  readonly wins: "config" | "checkpoint"
}

/** Fields that say where and for how long to train and what to keep, not what to learn: a resume may change them silently. */
export const harmless: ReadonlySet<string> = new Set([
  "$schema",
  "data.cache_dir",
  "data.synthetic.folder",
  "training.checkpoint_dir",
  "training.keep_best",
  "training.keep_best_by",
  "training.keep_every",
  "training.keep_last",
  "training.num_epochs",
  "training.on_divergence",
  "training.resume_from",
  "training.save_interval"
])

/** The random state is restored from the checkpoint, so a new seed has no effect. */
const checkpointWins: ReadonlySet<string> = new Set(["training.seed"])

/**
 * Every field in which a checkpoint's configuration (`before`) and today's (`after`) differ, but
 * for the harmless ones. Lists are compared whole.
 */
export const differences = (before: unknown, after: unknown): ReadonlyArray<Difference> =>
  compare(before, after, []).filter(
    ({ path }) => !isHarmless(path) || (path === "training.num_epochs" && isStretched(after))
  )

/** Also within a harmless field. */
const isHarmless = (path: string): boolean =>
  harmless.has(path) || harmless.has(path.split(".").slice(0, 2).join("."))

/** Whether the schedule of learning rates spans all epochs, and so changes with their number. */
const isStretched = (config: unknown): boolean =>
  valueOf(valueOf(valueOf(config, "training"), "scheduler"), "name") === "cosine"

const compare = (
  before: unknown,
  after: unknown,
  path: ReadonlyArray<string>
): ReadonlyArray<Difference> => {
  if (isDeepStrictEqual(before, after)) return []
  const names = [...new Set([...fieldsOf(before), ...fieldsOf(after)])]
  if (names.length > 0 && [before, after].every(isObjectOrNothing)) {
    return names.flatMap((name) =>
      compare(valueOf(before, name), valueOf(after, name), [...path, name])
    )
  }
  const joined = path.join(".")
  return [
    { path: joined, before, after, wins: checkpointWins.has(joined) ? "checkpoint" : "config" }
  ]
}

const isObjectOrNothing = (value: unknown): boolean =>
  value === undefined || Predicate.isRecord(value)

const fieldsOf = (value: unknown): ReadonlyArray<string> =>
  Predicate.isRecord(value) ? Object.keys(value) : []

const valueOf = (value: unknown, name: string): unknown =>
  Predicate.isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
