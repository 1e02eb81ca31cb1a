import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import { hash } from "node:crypto"
import * as JsonText from "../../io/JsonText.js"
import type { RankKey } from "../CheckpointEntry.js"
import type { Best, CheckpointMeta } from "../Checkpoint.js"
import { format, formatVersions, isTime } from "../Checkpoint.js"
import { placeholder } from "./Digest.js"

/**
 * The key of `__metadata__` that repeats the fields which rank a checkpoint, at the beginning of the
 * file: a scan need not read the rest, which holds the whole history.
 */
export const key = "summary"

/** The key after it: the sha256, in hexadecimal, of all bytes of the file before the digest. */
export const digestKey = "summary_digest"

/** The summary of encoded fields. Left: what cannot be encoded. */
export const text = (fields: typeof CheckpointMeta.Encoded): Either.Either<string, string> => {
  const {
    run_id,
    saved_at,
    epoch,
    step,
    global_step,
    position,
    best,
    bests,
    finite,
    train_history
  } = fields
  const { stage, metrics } = position
  return JsonText.stringify(
    {
      run_id,
      saved_at,
      epoch,
      step,
      global_step,
      position: { stage, metrics },
      best,
      ...(bests && { bests }),
      ...(finite === false && { finite }),
      train_history: train_history.slice(-1)
    },
    key
  )
}

// How files begin behind 8 bytes of length, the current version first.
const openings = formatVersions
  .toReversed()
  .map((version) =>
    Buffer.from(`{"__metadata__":{"format":"${format}","format_version":"${version}","${key}":"`)
  )

// Quotes inside strings are escaped, so this occurs only where the summary ends.
const closing = `","${digestKey}":"`

/** Finds the summary in the beginning of a file, with its digest as stored and as computed. */
const find = (bytes: Uint8Array) => {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const opening = openings.find((one) => start.subarray(8, 8 + one.length).equals(one))
  if (opening === undefined) return undefined
  const begin = 8 + opening.length
  const end = start.indexOf(closing, begin, "latin1")
  if (end === -1) return undefined
  const at = end + closing.length
  return {
    start,
    begin,
    end,
    at,
    digest: start.toString("latin1", at, at + placeholder.length),
    computed: hash("sha256", start.subarray(0, at), "hex")
  }
}

/** Writes the digest of the summary over its placeholder in `header`. */
export const seal = (header: Uint8Array): void => {
  const found = find(header)
  found?.start.write(found.computed, found.at, "latin1")
}

/** Whether the summary in `header` matches its digest; "absent" if there is none. */
export const check = (header: Uint8Array): "intact" | "damaged" | "absent" => {
  const found = find(header)
  return found === undefined ? "absent" : found.digest === found.computed ? "intact" : "damaged"
}

const { compose, isBoolean, isNull, isNumber, isRecord, isString, isUndefined, or, struct } =
  Predicate

// As JsonNumber encodes them.
const isEncoded = or(isNumber, isString)
const isNumbers = (value: unknown): value is Record<string, number | string> =>
  isRecord(value) && Object.values(value).every(isEncoded)

type EncodedBest = Omit<Best, "value"> & { readonly value: number | string }
const isBest: Predicate.Refinement<unknown, EncodedBest> = compose(
  isRecord,
  struct({
    metric: isString,
    mode: (mode: unknown): mode is Best["mode"] => mode === "min" || mode === "max",
    value: isEncoded,
    epoch: isNumber
  })
)

const isBests = (value: unknown): value is Record<string, EncodedBest> =>
  isRecord(value) && Object.values(value).every(isBest)

// By hand: for a thousand files a schema would take longer than all the rest.
const isSummary = compose(
  isRecord,
  struct({
    run_id: isString,
    saved_at: (value: unknown): value is string => isString(value) && isTime(value),
    epoch: isNumber,
    step: isNumber,
    global_step: isNumber,
    position: compose(isRecord, struct({ stage: or(isNull, isString), metrics: isNumbers })),
    best: or(isNull, isBest),
    bests: or(isUndefined, isBests),
    finite: or(isUndefined, isBoolean),
    train_history: (value: unknown): value is ReadonlyArray<Record<string, number | string>> =>
      Array.isArray(value) && value.every(isNumbers)
  })
)

const parse = (text: string): unknown => Either.getOrNull(JsonText.parse(text))

const numbers = (encoded: Record<string, number | string>): Record<string, number> =>
  Record.map(encoded, Number)

const decoded = (best: EncodedBest): Best => ({ ...best, value: Number(best.value) })

/** The fields that rank a checkpoint, from the beginning of its file. */
export interface Summary {
  readonly meta: RankKey
  /** Equal for copies of one checkpoint, unless somebody has changed their files. */
  readonly digest: string
}

/**
 * The summary in the beginning of a file. None where it is missing, longer, or not as it was saved: then
 * the header has to be read.
 */
export const of = (bytes: Uint8Array): Option.Option<Summary> => {
  const found = find(bytes)
  if (found === undefined || found.digest !== found.computed) return Option.none()
  const { begin, digest, end, start } = found
  const text = parse(`"${start.toString("utf8", begin, end)}"`)
  const summary = isString(text) ? parse(text) : null
  if (!isSummary(summary)) return Option.none()
  const { best, bests, finite, position, train_history, ...rest } = summary
  return Option.some({
    meta: {
      ...rest,
      position: { stage: position.stage, metrics: numbers(position.metrics) },
      best: best === null ? null : decoded(best),
      ...(bests && { bests: Record.map(bests, decoded) }),
      ...(finite !== undefined && { finite }),
      train_history: train_history.map(numbers)
    },
    digest
  })
}
