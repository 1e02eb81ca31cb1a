import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as JsonText from "../../io/JsonText.js"
import { t } from "../../language/Text.js"
import {
  CheckpointMeta,
  format,
  formatVersion,
  formatVersions,
  longHistoryVersion
} from "../Checkpoint.js"
import type { TensorInfo } from "../../io/safetensors/Header.js"
import { firstProblem } from "./FirstProblem.js"
import * as Digest from "./Digest.js"
import * as HistoryColumns from "./HistoryColumns.js"
import * as Summary from "./Summary.js"

/** The digest of each tensor, in hexadecimal, by its name. */
export type Digests = ReadonlyMap<string, string>

/** The decoded `__metadata__` of a checkpoint. */
export interface Metadata {
  /** With only the last epochs of the history, where the others are in columns. */
  readonly meta: CheckpointMeta
  /** The names of those columns. */
  readonly columns: ReadonlyArray<string>
  readonly digests: Digests
}

/** Why `__metadata__` is not that of an intact checkpoint. */
export interface MetadataProblem {
  readonly reason: "NotACheckpoint" | "UnsupportedVersion" | "Damaged"
  readonly detail: string
}

// By hand: an object cannot hold every name as a key.
const digestsText = (digests: Iterable<readonly [string, string]>): string => {
  const pairs = [...digests].map(([name, digest]) => `${JSON.stringify(name)}:"${digest}"`)
  return `{${pairs.join(",")}}`
}

/**
 * Encodes the `__metadata__` of a checkpoint: one key a field, its value JSON text, with placeholders
 * for the digests of the tensors and of the header. `columns` names those that hold the beginning of
 * the history. Left: what cannot be encoded.
 */
export const encode = (
  meta: CheckpointMeta,
  columns: ReadonlyArray<string>,
  tensors: Iterable<string>
): Either.Either<ReadonlyMap<string, string>, string> =>
  Either.gen(function* () {
    // Checkpoints of older versions are written as this one, which earlier releases can read as long as
    // the whole history is where they expect it.
    const version = columns.length === 0 ? formatVersion : longHistoryVersion
    const current = { ...meta, format_version: version } as const
    // The summary needs the last record only; to encode all takes longer with each epoch.
    const last = { ...current, train_history: current.train_history.slice(-1) }
    const fields = yield* Either.mapLeft(Schema.encodeEither(CheckpointMeta)(last), firstProblem)
    const metadata = new Map([
      ["format", format],
      ["format_version", String(version)],
      [Summary.key, yield* Summary.text(fields)],
      [Summary.digestKey, Digest.placeholder]
    ])
    for (const [key, value] of Object.entries(fields)) {
      const text =
        key === "train_history" ? HistoryColumns.text(meta[key]) : JsonText.stringify(value, key)
      metadata.set(key, yield* text)
    }
    if (columns.length > 0) {
      metadata.set(HistoryColumns.key, yield* JsonText.stringify(columns, HistoryColumns.key))
    }
    const placeholders = [...tensors].map((name) => [name, Digest.tensorPlaceholder] as const)
    metadata.set("tensor_digests", digestsText(placeholders))
    return metadata.set(Digest.headerKey, Digest.placeholder)
  })

/** The same metadata, as long, with the digests of the tensors. */
export const withDigests = (
  metadata: ReadonlyMap<string, string>,
  digests: Digests
): ReadonlyMap<string, string> =>
  // Setting an existing key keeps its position.
  new Map(metadata).set("tensor_digests", digestsText(digests))

const damaged = (detail: string): MetadataProblem => ({ reason: "Damaged", detail })

const version = (metadata: ReadonlyMap<string, string>): MetadataProblem | undefined => {
  if (metadata.get("format") !== format) {
    return { reason: "NotACheckpoint", detail: t`its format is not ${format}` }
  }
  const found = metadata.get("format_version")
  if (formatVersions.some((version) => found === String(version))) return undefined
  const detail = t`version ${found}; this release reads versions 1 to ${formatVersions.at(-1)}`
  return { reason: "UnsupportedVersion", detail }
}

const decodeDigests = (text: string): Either.Either<Digests, MetadataProblem> =>
  JsonText.parse(text).pipe(
    Either.filterOrLeft(Predicate.isRecord, () => t`not an object`),
    Either.map((digests) => Object.entries(digests)),
    Either.filterOrLeft(
      (pairs): pairs is Array<[string, string]> =>
        pairs.every(([, digest]) => Predicate.isString(digest)),
      () => t`not strings`
    ),
    Either.mapBoth({
      onLeft: (what) => damaged(t`tensor_digests are ${what}`),
      onRight: (pairs) => new Map(pairs)
    })
  )

const decodeColumns = (
  metadata: ReadonlyMap<string, string>,
  { format_version }: CheckpointMeta,
  tensors: ReadonlyMap<string, TensorInfo>
): Either.Either<ReadonlyArray<string>, MetadataProblem> => {
  if (format_version < longHistoryVersion) return Either.right([])
  return JsonText.parse(metadata.get(HistoryColumns.key) ?? "").pipe(
    Either.filterOrLeft(
      (names): names is ReadonlyArray<string> =>
        Array.isArray(names) && names.every(Predicate.isString),
      () => t`not names`
    ),
    Either.mapLeft((what) => damaged(t`${HistoryColumns.key} are ${what}`)),
    Either.filterOrLeft(
      (names) => HistoryColumns.problem(names, tensors) === null,
      (names) => damaged(HistoryColumns.problem(names, tensors) ?? "")
    )
  )
}

// Only for fields that were decoded successfully, which are therefore what was encoded.
const summaryOf = (fields: Readonly<Record<string, unknown>>) =>
  Either.getOrNull(Summary.text(fields as unknown as typeof CheckpointMeta.Encoded))

/** Reads the `__metadata__` of a checkpoint whose tensors have the names of `tensors`. */
export const decode = (
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, TensorInfo>
): Either.Either<Metadata, MetadataProblem> =>
  Either.gen(function* () {
    const unsupported = version(metadata)
    if (unsupported !== undefined) return yield* Either.left(unsupported)
    const fields: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(CheckpointMeta.fields)) {
      const text = metadata.get(key)
      if (text === undefined) {
        if (Schema.isPropertySignature(field)) continue
        return yield* Either.left(damaged(t`${key} is missing`))
      }
      fields[key] = yield* Either.mapLeft(JsonText.parse(text), (what) =>
        damaged(t`${key} is ${what}`)
      )
    }
    const train_history = yield* Either.mapLeft(
      HistoryColumns.records(fields["train_history"]),
      damaged
    )
    const others = yield* Either.mapLeft(
      Schema.decodeUnknownEither(CheckpointMeta)({ ...fields, train_history: [] }),
      (error) => damaged(firstProblem(error))
    )
    const meta = { ...others, train_history }
    const summary = metadata.get(Summary.key)
    if (summary !== undefined && summary !== summaryOf(fields)) {
      return yield* Either.left(damaged(t`its ${Summary.key} does not match its fields`))
    }
    const digests = yield* decodeDigests(metadata.get("tensor_digests") ?? "")
    for (const name of tensors.keys()) {
      if (!digests.has(name)) return yield* Either.left(damaged(t`${name} has no digest`))
    }
    return { meta, digests, columns: yield* decodeColumns(metadata, meta, tensors) }
  })
