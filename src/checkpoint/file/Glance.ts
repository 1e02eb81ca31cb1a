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

const decode = Schema.decodeUnknownOption(
  CheckpointMeta.pick(
    "run_id",
    "saved_at",
    "epoch",
    "step",
    "global_step",
    "position",
    "best",
    "train_history"
  )
)

/**
 * The text of a metadata field as JSON escapes it in a string. Inside strings quotes are escaped, so
 * with plain ones its name stands nowhere else, and it ends before the next.
 */
const field = (header: string, key: string): Option.Option<string> => {
  const marker = `"${key}":"`
  const begin = header.indexOf(marker) + marker.length
  const end = header.indexOf('","', begin)
  return begin < marker.length || end === -1 ? Option.none() : Option.some(header.slice(begin, end))
}

/** The last record of a history alone: parsing all of them takes longer than anything else here. */
const lastRecord = (history: string): string => {
  const begin = history.lastIndexOf("{")
  return begin === -1 ? history : `[${history.slice(begin)}`
}

const value = (header: string, key: string): Option.Option<unknown> =>
  field(header, key).pipe(
    Option.map((text) => (key === "train_history" ? lastRecord(text) : text)),
    Option.flatMap((text) => Option.getRight(JsonText.parse(`"${text}"`))),
    Option.flatMap((text) => Option.getRight(JsonText.parse(text as string)))
  )

// A save names the tensors in the order of their bytes.
const dataLength = (header: string): number => {
  const marker = '"data_offsets":['
  const last = header.lastIndexOf(marker)
  return last === -1 ? 0 : Number.parseInt(header.slice(header.indexOf(",", last) + 1))
}

/**
 * What of a file's beginning ranks it among others, without reading all that the header says. None
 * where anything is not as a save leaves it, or the header goes on: only a longer look can tell.
 */
export const of = (start: Uint8Array): Option.Option<Glance> =>
  Option.gen(function* () {
    const length = yield* Option.getRight(Header.lengthOf(start, Infinity))
    if (length > start.length) return yield* Option.none()
    const bytes = Buffer.from(start.buffer, start.byteOffset, length)
    if (HeaderDigest.check(bytes) !== "whole") return yield* Option.none()
    const header = bytes.toString("utf8", 8)
    const version = yield* value(header, "format_version")
    if (version !== formatVersion) return yield* Option.none()
    const meta = yield* decode({
      run_id: yield* value(header, "run_id"),
      saved_at: yield* value(header, "saved_at"),
      epoch: yield* value(header, "epoch"),
      step: yield* value(header, "step"),
      global_step: yield* value(header, "global_step"),
      position: yield* value(header, "position"),
      best: yield* value(header, "best"),
      train_history: yield* value(header, "train_history")
    })
    return { meta, bytes: length + dataLength(header), digest: HeaderDigest.of(bytes) ?? "" }
  })
