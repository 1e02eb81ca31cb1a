import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { encode, strategyOf, type Definition } from "./Definition.js"
import { SweepError } from "./SweepError.js"
import { readDefinition, writeDefinition } from "./SweepFolder.js"

/** A field in which two definitions differ. */
interface Difference {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/**
 * Begins a sweep in its folder, or resumes the one that is there, which must compute the same: only more
 * trials may be asked for, where the scheduler chooses them one by one. `keepsBackend`: on the backend that
 * it has. Gives the sweep's definition.
 */
export const begin = Effect.fn("Sweep.begin")(function* (
  folder: string,
  wanted: Definition,
  options: { readonly keepsBackend: boolean } = { keepsBackend: false }
) {
  const before = yield* Effect.catchIf(
    Effect.asSome(readDefinition(folder)),
    ({ reason }) => reason._tag === "NoSweep",
    () => Effect.succeedNone
  )
  if (before._tag === "None") {
    yield* writeDefinition(folder, wanted)
    return wanted
  }
  const { backend, started_at, trials } = before.value
  const definition = options.keepsBackend ? { ...wanted, backend } : wanted
  const difference = differenceOf(encode(before.value), encode({ ...definition, started_at }))
  if (difference === null) return { ...definition, started_at }
  const isMore =
    difference.field === "trials" &&
    definition.trials > trials &&
    strategyOf(definition).scheduler.forks !== true &&
    differenceOf(
      encode({ ...before.value, trials: definition.trials }),
      encode({ ...definition, started_at })
    ) === null
  if (!isMore) return yield* changed(folder, difference)
  const extended = { ...definition, started_at }
  yield* writeDefinition(folder, extended)
  return extended
})

/** The error of a sweep, in a folder or a database, that computes something else. */
export const changed = (folder: string, { after, before, field }: Difference): SweepError =>
  new SweepError({
    reason: { _tag: "Changed", folder, field, before: shown(before), after: shown(after) }
  })

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "nothing"
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** The first field in which two values differ; null: none. */
export const differenceOf = (before: unknown, after: unknown, field = ""): Difference | null => {
  if (isDeepStrictEqual(before, after)) return null
  if (!Predicate.isRecord(before) || !Predicate.isRecord(after)) return { field, before, after }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const found = differenceOf(before[name], after[name], field === "" ? name : `${field}.${name}`)
    if (found !== null) return found
  }
  return null
}
