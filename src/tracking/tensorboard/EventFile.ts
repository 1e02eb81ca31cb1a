import * as Protobuf from "../../io/Protobuf.js"

/**
 * The bytes of TensorBoard's event files: a TFRecord for each event, which is a message of event.proto
 * (https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto).
 */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  /** The fields of the message beside these two. */
  readonly what: Protobuf.Message
}

/** The first event of a file. */
export const version: Protobuf.Message = Protobuf.text(3, "brain.Event:2")

/**
 * Says that a process starts at `step`: a reader drops what comes before of this step and later ones, so
 * that a process that was killed leaves nothing that comes twice. The first process says so too: a reader
 * takes the first such event of a run for its beginning, and drops nothing at it.
 */
export const sessionStart: Protobuf.Message = Protobuf.nested(7, Protobuf.integer(1, 1))

/** An event that shows something: see Summary.ts. */
export const summary = (...values: ReadonlyArray<Protobuf.Message>): Protobuf.Message =>
  Protobuf.nested(5, Protobuf.message(...values.map((value) => Protobuf.nested(1, value))))

/** An event as a record of the file. */
export const encode = ({ step, wallTime, what }: Event): Uint8Array => {
  const head = Protobuf.message(Protobuf.double(1, wallTime), Protobuf.integer(2, step))
  const payload = Protobuf.encoded(Protobuf.message(head, what))
  const record = Buffer.allocUnsafe(payload.length + 16)
  record.set(payload, 12)
  return framed(record)
}

/**
 * An encoder of events that hold a number for each of `tags`: only what differs between two of them is
 * written, since a run has one for each step.
 */
export const scalars = (
  tags: ReadonlyArray<string>
): ((wallTime: number, step: number, values: ReadonlyArray<number>) => Uint8Array) => {
  const empty = tags.map((tag) => Protobuf.message(Protobuf.text(1, tag), Protobuf.float(2, 0)))
  const shown = Protobuf.encoded(summary(...empty))
  // The number ends its value: where each does, counted from the end of the event.
  const ends = empty.map(
    (_, i) =>
      Protobuf.encoded(
        Protobuf.message(...empty.slice(i + 1).map((one) => Protobuf.nested(1, one)))
      ).length
  )
  return (wallTime, step, values) => {
    const stepBytes = varintLength(step)
    const size = 10 + stepBytes + shown.length
    const record = Buffer.allocUnsafe(size + 16)
    let at = 12
    record[at++] = (1 << 3) | 1
    at = record.writeDoubleLE(wallTime, at)
    record[at++] = 2 << 3
    for (let rest = step, i = 1; i <= stepBytes; i++, rest = Math.floor(rest / 128)) {
      record[at++] = (rest % 128) + (i < stepBytes ? 128 : 0)
    }
    record.set(shown, at)
    at += shown.length
    for (let i = 0; i < ends.length; i++) record.writeFloatLE(values[i]!, at - ends[i]! - 4)
    return framed(record)
  }
}

const varintLength = (value: number): number => {
  let length = 1
  for (let rest = value; rest >= 128; rest /= 128) length++
  return length
}

/**
 * Visits the events of a file: their steps and what they show, by tags; null where a process starts. Ends
 * where a record is cut off or damaged, as the readers of TensorBoard do.
 */
export const visit = (
  file: Buffer,
  see: (step: number, tags: ReadonlyArray<string> | null) => void
): void => {
  for (let at = 0; at + 16 <= file.length;) {
    const length = file.readUInt32LE(at)
    const end = at + 12 + length
    if (file.readUInt32LE(at + 4) !== 0 || end + 4 > file.length) break
    if (file.readUInt32LE(at + 8) !== masked(crc32c(file, at, at + 8))) break
    if (file.readUInt32LE(end) !== masked(crc32c(file, at + 12, end))) break
    const event = Protobuf.read(file.subarray(at + 12, end)) ?? []
    const step = event.find(({ field }) => field === 2)?.integer ?? 0
    see(step, event.some(({ field }) => field === 7) ? null : event.flatMap(tagsIn))
    at = end + 4
  }
}

const tagsIn = ({ bytes, field }: Protobuf.ReadField): ReadonlyArray<string> =>
  field !== 5
    ? []
    : (Protobuf.read(bytes) ?? []).flatMap((value) =>
        (Protobuf.read(value.bytes) ?? [])
          .filter(({ field }) => field === 1)
          .map((tag) => Buffer.from(tag.bytes).toString())
      )

/** Fills in what a TFRecord has around its payload, which begins at byte 12. */
const framed = (record: Buffer): Buffer => {
  const end = record.length - 4
  record.writeUInt32LE(end - 12, 0)
  record.writeUInt32LE(0, 4)
  record.writeUInt32LE(masked(crc32c(record, 0, 8)), 8)
  record.writeUInt32LE(masked(crc32c(record, 12, end)), end)
  return record
}

/** As TFRecords store a checksum, so that one over bytes that hold checksums is sound. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

/** For each byte, what it does to a checksum; of Castagnoli's polynomial, bits reversed. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  return crc
})

/** CRC-32C (RFC 3720) of the bytes from `start` to `end`. */
export const crc32c = (bytes: Uint8Array, start = 0, end = bytes.length): number => {
  let crc = 0xffffffff
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 255]!
  return (crc ^ 0xffffffff) >>> 0
}
