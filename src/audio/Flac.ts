import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { t } from "../language/Text.js"
import * as Frame from "./Flac/Frame.js"
import { Reader, type InParts } from "./Parts.js"
import {
  blockOf,
  damagedAt,
  mostSamples,
  noSamples,
  problemOf,
  tooLong,
  turn,
  type Sound,
  type SoundFormat,
  type Unusable
} from "./Sound.js"

/*
 * A decoder of FLAC by RFC 9639, of whole numbers throughout: the samples are those of the WAV file that
 * was encoded, to the bit, on any processor. Each frame has checksums, and the stream its length and MD5.
 */

/** What a stream declares of itself. */
interface StreamInfo extends Frame.Stream {
  /** Samples of a channel; 0: not known. */
  readonly total: number
  /** Of the samples; null: not known. */
  readonly md5: string | null
  /** The bytes of the largest frame; 0: not known. */
  readonly largest: number
  /** Where the first frame begins. */
  readonly at: number
}

export const format: SoundFormat = {
  name: "FLAC",
  version: "1",
  isOne: (head) => String.fromCharCode(...head.subarray(0, 4)) === "fLaC",
  open: (file) =>
    Effect.filterOrFail(
      Effect.map(file.run(streamInfo(file.size)), (found) =>
        typeof found === "string" ? found : soundOf(found, file.size)
      ),
      (found) => typeof found !== "string",
      (found) => found as Unusable
    )
}

/** No writer puts so many blocks of metadata before the samples. */
const mostBlocks = 10_000

const streamInfo = function* (size: number): InParts<StreamInfo | Unusable> {
  const reader = new Reader(size)
  const truncated = t`is truncated: it ends before its first frame`
  if (!(yield* reader.fill(42))) return truncated
  if (reader.bytes[4]! % 128 !== 0) return t`has no STREAMINFO where a FLAC file begins`
  const { view } = reader
  const low = view.getUint32(18)
  const info = {
    largest: view.getUint32(14) >>> 8,
    sampleRate: low >>> 12,
    channels: ((low >>> 9) & 7) + 1,
    bits: ((low >>> 4) & 31) + 1,
    total: (low & 15) * 2 ** 32 + view.getUint32(22),
    md5: Buffer.from(reader.bytes.subarray(26, 42)).toString("hex")
  }
  const problem = problemOf(info)
  if (problem !== undefined) return problem
  if (info.bits < 4) return t`declares samples of ${info.bits} bits`
  let isLast = reader.bytes[4]! > 127
  reader.skip(8 + (view.getUint32(4) % 2 ** 24))
  for (let blocks = 1; !isLast; blocks++) {
    if (blocks === mostBlocks)
      return t`has ${mostBlocks} blocks of metadata, and no frame after them`
    if (!(yield* reader.fill(4))) return truncated
    isLast = reader.bytes[0]! > 127
    reader.skip(4 + (reader.view.getUint32(0) % 2 ** 24))
  }
  if (reader.isAtEnd) return info.total === 0 ? noSamples() : truncated
  return { ...info, md5: /^0+$/.test(info.md5) ? null : info.md5, at: reader.at }
}

const soundOf = (info: StreamInfo, size: number): Sound => ({
  sampleRate: info.sampleRate,
  channels: info.channels,
  decode: function* (use) {
    const { bits, sampleRate, total } = info
    const reader = new Reader(size)
    reader.skip(info.at)
    const channels = Array.from({ length: info.channels }, () => new Float64Array(0))
    const hash = createHash("md5")
    const scale = 2 ** (1 - bits)
    let count = 0
    let paused = 0
    let expected: number | undefined
    const damaged = (what: string) => damagedAt(reader.at, count / sampleRate, what)
    const truncated = () =>
      total === 0
        ? t`is truncated after ${count} samples: its last frame is not complete`
        : t`is truncated: it holds ${count} of ${total} samples`

    const isComplete = () => reader.isAtEnd || (total !== 0 && count >= total)
    while (!isComplete()) {
      yield* reader.fill(Frame.mostHeaderBytes)
      // A tag of ID3v1 may follow.
      if (total === 0 && size - reader.at === 128 && reader.text(3) === "TAG") break
      const header = Frame.header(reader.bytes, info)
      if (typeof header === "string") {
        return size - reader.at < Frame.mostHeaderBytes ? truncated() : damaged(header)
      }
      if (header.number !== (expected ?? header.number))
        return damaged(t`frames are missing before it`)
      expected = header.number + (header.isByFrame ? 1 : header.blockSize)

      if (channels[0]!.length < header.blockSize) {
        channels.forEach((_, i) => (channels[i] = new Float64Array(header.blockSize)))
      }
      const most = Frame.mostBytes(header, info)
      let wanted = Math.min(most, Math.max(info.largest, 4096))
      let end: number | null | string
      for (;;) {
        const isThere = yield* reader.fill(wanted)
        end = Frame.samples(reader.bytes.subarray(0, wanted), header, info, channels)
        if (end !== null || !isThere || wanted === most) break
        wanted = Math.min(most, 4 * wanted)
      }
      if (end === null)
        return wanted === most && reader.bytes.length >= most
          ? damaged(t`a frame does not end`)
          : truncated()
      if (typeof end === "string") return damaged(end)

      if (info.md5 !== null) hash.update(packed(channels, header.blockSize, bits))
      count += header.blockSize
      if (count > mostSamples) return tooLong()
      use(blockOf(channels, header.blockSize, scale))
      reader.skip(end)
      if (count - paused > turn) {
        paused = count
        yield* reader.pause()
      }
    }
    if (count === 0) return total === 0 ? noSamples() : truncated()
    if (total > count) return truncated()
    if (total !== 0 && total !== count) {
      return t`is damaged: it holds ${count} samples, where its header declares ${total}`
    }
    return info.md5 === null || hash.digest("hex") === info.md5
      ? undefined
      : t`is damaged: the MD5 of its samples is not that of its header`
  }
})

/** Samples as their MD5 takes them: side by side, signed, little-endian, in complete bytes. */
const packed = (
  channels: ReadonlyArray<Float64Array>,
  length: number,
  bits: number
): Uint8Array => {
  const width = Math.ceil(bits / 8)
  const bytes = new Uint8Array(length * channels.length * width)
  let at = 0
  for (let i = 0; i < length; i++) {
    for (const channel of channels) {
      const value = channel[i]!
      for (let b = 0; b < width; b++) bytes[at++] = value >> (8 * b)
    }
  }
  return bytes
}
