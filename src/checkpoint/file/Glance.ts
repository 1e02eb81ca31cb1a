import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as JsonText from "../../file/JsonText.js"
import * as Header from "../../file/safetensors/Header.js"
import type { Ranking } from "../Candidate.js"
import { CheckpointMeta, formatVersion } from "../Checkpoint.js"
import * as HeaderDigest from "./HeaderDigest.js"

/** What ranks a checkpoint, from a header with its digest. */
export interface Glance {
  readonly meta: Ranking
  /** How long the file should be. */
  readonly bytes: number
  /** Of the header: what has the same is the same checkpoint. */
  readonly digest: string
}

const keys = [
  "run_id",
  "saved_at",
  "epoch",
  "step",
  "global_step",
  "position",
  "best",
  "train_history"
] as const

const decode = Schema.decodeUnknownOption(CheckpointMeta.pick(...keys))

/**
 * The value of a metadata field; undefined if it cannot be told. Inside strings quotes are escaped,
 * so that with plain ones a field's name stands nowhere else, and its value ends before the next.
 */
const value = (header: Buffer, key: string): unknown => {
  const marker = `"${key}":"`
  const begin = header.indexOf(marker, 0, "latin1") + marker.length
  const end = header.indexOf('","', begin, "latin1")
  if (begin < marker.length || end === -1) return undefined
  const escaped =
    key === "train_history" ? lastRecord(header, begin, end) : header.toString("utf8", begin, end)
  const json = escaped.includes("\\") ? parse(`"${escaped}"`) : escaped
  return typeof json === "string" ? parse(json) : undefined
}

const parse = (text: string): unknown => Either.getOrUndefined(JsonText.parse(text))

/** The last record of a history alone: parsing all of them would take longer than all the rest. */
const lastRecord = (header: Buffer, begin: number, end: number): string => {
  const last = header.lastIndexOf("{", end, "latin1")
  return last < begin
    ? header.toString("utf8", begin, end)
    : `[${header.toString("utf8", last, end)}`
}

// A save names the tensors in the order of their bytes.
const dataLength = (header: Buffer): number => {
  const last = header.lastIndexOf('"data_offsets":[', header.length, "latin1")
  return last === -1
    ? 0
    : Number.parseInt(header.toString("latin1", header.indexOf(",", last, "latin1") + 1))
}

/** How long the header is that begins with `start`; 0 if none does. */
export const headerLength = (start: Uint8Array): number =>
  Either.getOrElse(Header.lengthOf(start, Infinity), () => 0)

/**
 * What of a file's beginning ranks it among others, without reading all that the header says. None
 * where anything is not as a save leaves it, or the header goes on: only a longer look can tell.
 */
export const of = (start: Uint8Array): Option.Option<Glance> => {
  const length = headerLength(start)
  if (length === 0 || length > start.length) return Option.none()
  const header = Buffer.from(start.buffer, start.byteOffset, length)
  const found = HeaderDigest.find(header)
  if (found?.isRight !== true) return Option.none()
  if (value(header, "format_version") !== formatVersion) return Option.none()
  const fields = Object.fromEntries(keys.map((key) => [key, value(header, key)]))
  return Option.map(decode(fields), (meta) => ({
    meta,
    bytes: length + dataLength(header),
    digest: found.digest
  }))
}
