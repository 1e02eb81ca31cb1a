import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as JsonText from "../../file/JsonText.js"
import { CheckpointMeta, format, formatVersion, formatVersions } from "../Checkpoint.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as Summary from "./Summary.js"
import * as TensorDigest from "./TensorDigest.js"

/** The digest of each tensor, in hexadecimal, by its name. */
export type Digests = ReadonlyMap<string, string>

/** What a checkpoint's `__metadata__` holds. */
export interface Metadata {
  readonly meta: CheckpointMeta
  readonly digests: Digests
}

/** Why `__metadata__` is not a checkpoint's, and what is wrong. */
export interface MetadataProblem {
  readonly reason: "NotACheckpoint" | "UnsupportedVersion" | "Damaged"
  readonly detail: string
}

const firstProblem = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .slice(0, 1)
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join()

// By hand: an object cannot hold every name as a key.
const digestsText = (digests: Iterable<readonly [string, string]>): string => {
  const pairs = [...digests].map(([name, digest]) => `${JSON.stringify(name)}:"${digest}"`)
  return `{${pairs.join(",")}}`
}

/**
 * The `__metadata__` of a checkpoint: one key a field, its value JSON text; placeholders stand for
 * the digests of the tensors, by their names, and of the header. Left: what cannot be encoded.
 */
export const encode = (
  meta: CheckpointMeta,
  tensors: Iterable<string>
): Either.Either<ReadonlyMap<string, string>, string> =>
  Either.gen(function* () {
    // What was read from an older version is written as this one.
    const current = { ...meta, format_version: formatVersion } as const
    const fields = yield* Either.mapLeft(Schema.encodeEither(CheckpointMeta)(current), firstProblem)
    const metadata = new Map([
      ["format", format],
      ["format_version", String(formatVersion)],
      [Summary.key, yield* Summary.text(fields)],
      [Summary.digestKey, HeaderDigest.placeholder]
    ])
    for (const [key, value] of Object.entries(fields)) {
      metadata.set(key, yield* JsonText.stringify(value, key))
    }
    const unknown = [...tensors].map((name) => [name, TensorDigest.placeholder] as const)
    metadata.set("tensor_digests", digestsText(unknown))
    return metadata.set(HeaderDigest.key, HeaderDigest.placeholder)
  })

/** The same, and as long, with the digests of the tensors. */
export const withDigests = (
  metadata: ReadonlyMap<string, string>,
  digests: Digests
): ReadonlyMap<string, string> =>
  // Setting a key that is there leaves it in its place.
  new Map(metadata).set("tensor_digests", digestsText(digests))

const damaged = (detail: string): MetadataProblem => ({ reason: "Damaged", detail })

const version = (metadata: ReadonlyMap<string, string>): MetadataProblem | undefined => {
  if (metadata.get("format") !== format) {
    return { reason: "NotACheckpoint", detail: `its format is not ${format}` }
  }
  const found = metadata.get("format_version")
  if (formatVersions.some((version) => found === String(version))) return undefined
  const detail = `version ${found}; this reads versions 1 to ${formatVersion}`
  return { reason: "UnsupportedVersion", detail }
}

const decodeDigests = (text: string): Either.Either<Digests, MetadataProblem> =>
  JsonText.parse(text).pipe(
    Either.filterOrLeft(Predicate.isRecord, () => "not an object"),
    Either.map((digests) => Object.entries(digests)),
    Either.filterOrLeft(
      (pairs): pairs is Array<[string, string]> =>
        pairs.every(([, digest]) => Predicate.isString(digest)),
      () => "not strings"
    ),
    Either.mapBoth({
      onLeft: (what) => damaged(`tensor_digests are ${what}`),
      onRight: (pairs) => new Map(pairs)
    })
  )

// Only of fields that have been decoded, which are therefore what was encoded.
const summaryOf = (fields: Readonly<Record<string, unknown>>) =>
  Either.getOrNull(Summary.text(fields as unknown as typeof CheckpointMeta.Encoded))

/** Reads the `__metadata__` of a checkpoint whose tensors have the names of `tensors`. */
export const decode = (
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, unknown>
): Either.Either<Metadata, MetadataProblem> =>
  Either.gen(function* () {
    const unsupported = version(metadata)
    if (unsupported !== undefined) return yield* Either.left(unsupported)
    const fields: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(CheckpointMeta.fields)) {
      const text = metadata.get(key)
      if (text === undefined) {
        if (Schema.isPropertySignature(field)) continue
        return yield* Either.left(damaged(`it lacks ${key}`))
      }
      fields[key] = yield* Either.mapLeft(JsonText.parse(text), (what) =>
        damaged(`${key} is ${what}`)
      )
    }
    const meta = yield* Either.mapLeft(
      Schema.decodeUnknownEither(CheckpointMeta)(fields),
      (error) => damaged(firstProblem(error))
    )
    const summary = metadata.get(Summary.key)
    if (summary !== undefined && summary !== summaryOf(fields)) {
      return yield* Either.left(damaged(`its ${Summary.key} is not that of its fields`))
    }
    const digests = yield* decodeDigests(metadata.get("tensor_digests") ?? "")
    for (const name of tensors.keys()) {
      if (!digests.has(name)) return yield* Either.left(damaged(`${name} has no digest`))
    }
    return { meta, digests }
  })
