import { isDeepStrictEqual } from "node:util"
import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { Storage } from "../checkpointing/Storage.js"
import { encode, strategyOf, type Definition } from "./Definition.js"
import * as FileLedger from "./FileLedger.js"
import { SweepError } from "./SweepError.js"
import { readDefinitionIn, writeDefinitionIn } from "./SweepBucket.js"
import { readDefinition, writeDefinition } from "./SweepFolder.js"

/** A field in which two definitions differ. */
interface Difference {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** Where a sweep may have begun before: its folder, and the bucket of its trials' checkpoints. */
interface Place {
  readonly at: string
  /** What has begun there; null: nothing. */
  readonly before: Definition | null
  readonly write: (
    definition: Definition
  ) => Effect.Effect<void, SweepError | CheckpointError, FileSystem | Storage>
}

const placesOf = (folder: string, { checkpoint_dir: bucket }: Definition) =>
  Effect.gen(function* () {
    const inFolder = yield* Effect.catchIf(
      Effect.map(readDefinition(folder), (before): Definition | null => before),
      ({ reason }) => reason._tag === "NoSweep",
      () => Effect.succeed(null)
    )
    const own: Place = {
      at: folder,
      before: inFolder,
      write: (definition) => writeDefinition(folder, definition)
    }
    if (bucket === undefined) return [own]
    const shared: Place = {
      at: bucket,
      before: yield* readDefinitionIn(bucket),
      write: (definition) => writeDefinitionIn(bucket, definition)
    }
    // What other machines know, too, comes first.
    return [shared, own]
  })

/**
 * Begins a sweep in its folder, and bucket, or resumes the one that is there, which must compute the same: only
 * more trials may be asked for, where the scheduler chooses them one by one. `keepsBackend`: on the backend
 * that it has. Gives the sweep's definition.
 */
export const begin = Effect.fn("Sweep.begin")(function* (
  folder: string,
  wanted: Definition,
  { keepsBackend }: { readonly keepsBackend: boolean } = { keepsBackend: false }
) {
  const places = yield* placesOf(folder, wanted)
  const first = places.find(({ before }) => before !== null)?.before
  const definition =
    first == null
      ? wanted
      : {
          ...wanted,
          started_at: first.started_at,
          ...(keepsBackend && { backend: first.backend })
        }
  for (const { at, before } of places) {
    if (before !== null) yield* checkResumable(at, before, definition)
  }
  for (const { before, write } of places) {
    if (before === null || differenceOf(encode(before), encode(definition)) !== null) {
      yield* write(definition)
    }
  }
  return definition
})

/**
 * Begins or resumes a sweep that no other process works on until the scope closes: on this machine, and
 * where its trials' checkpoints are in a bucket, on any.
 */
export const beginAlone = Effect.fn("Sweep.beginAlone")(function* (
  folder: string,
  wanted: Definition,
  { force, keepsBackend }: { readonly force: boolean; readonly keepsBackend: boolean }
) {
  const { ledger, lost } = yield* FileLedger.open(folder, { force })
  const storage = yield* Storage
  const { checkpoint_dir: bucket } = wanted
  const inBucket = bucket === undefined ? null : yield* storage.lock(bucket, { force })
  const definition = yield* begin(folder, wanted, { keepsBackend })
  return {
    definition,
    ledger,
    /** Waits until another process has the sweep. */
    lost: Effect.raceFirst(lost, inBucket?.lost ?? Effect.never)
  }
})

/** Fails where a sweep computes something else than the one that has begun before. */
const checkResumable = (
  at: string,
  before: Definition,
  wanted: Definition
): Effect.Effect<void, SweepError> => {
  const { started_at } = wanted
  const difference = differenceOf(encode({ ...before, started_at }), encode(wanted))
  if (difference === null) return Effect.void
  const { trials } = wanted
  const isMore =
    difference.field === "trials" &&
    trials > before.trials &&
    strategyOf(wanted).scheduler.forks !== true &&
    differenceOf(encode({ ...before, trials, started_at }), encode(wanted)) === null
  return isMore ? Effect.void : changed(at, difference)
}

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
