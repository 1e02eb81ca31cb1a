import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { concat } from "../io/concat.js"
import { t } from "../language/Text.js"
import { reflected16 } from "./Crc.js"
import * as Frame from "./Mp3/Frame.js"
import { Reader, type InParts } from "./Parts.js"
import {
  blockOf,
  damagedAt,
  mostSamples,
  noSamples,
  problemOf,
  tooLong,
  type Sound,
  type SoundFormat,
  type Unusable
} from "./Sound.js"
import * as WasmDecoder from "./WasmDecoder.js"

/*
 * MP3, decoded by mpg123. Which frames there are is read here: mpg123 looks for the next frame where bytes
 * make no sense, and says nothing of it.
 */

/** As much of mpg123-decoder as is used. */
interface Mpg123 extends WasmDecoder.WasmDecoder {
  readonly decode: (bytes: Uint8Array) => WasmDecoder.Decoded
}

export const format: SoundFormat = {
  name: "MP3",
  version: "mpg123-decoder 1.0.3",
  isOne: (head) => String.fromCharCode(...head.subarray(0, 3)) === "ID3" || Frame.isFrame(head),
  open: (file) =>
    Effect.gen(function* () {
      const first = yield* file.run(firstFrame(file.size))
      if (typeof first === "string") return yield* Effect.fail(first)
      const { MPEGDecoder } = yield* Effect.promise(() => import("mpg123-decoder"))
      const decoder = yield* WasmDecoder.make((): Mpg123 => new MPEGDecoder())
      return soundOf(first, file.size, decoder)
    })
}

interface FirstFrame {
  readonly at: number
  readonly header: Frame.FrameHeader
}

/** No file has so many tags in front. */
const mostTags = 16

/** Finds the first frame, behind tags of ID3v2. */
const firstFrame = function* (size: number): InParts<FirstFrame | Unusable> {
  const reader = new Reader(size)
  for (let tags = 0; tags < mostTags; tags++) {
    yield* reader.fill(10)
    const { bytes } = reader
    if (reader.text(3) !== "ID3" || bytes.length < 10) break
    const body = [6, 7, 8, 9].reduce((sum, i) => 128 * sum + (bytes[i]! & 127), 0)
    // A footer repeats the header.
    reader.skip(10 + body + ((bytes[5]! & 16) === 0 ? 0 : 10))
    if (reader.isAtEnd) return noSamples()
  }
  if (reader.at > 0) yield* skipZeros(reader)
  yield* reader.fill(Frame.headerBytes)
  const header = Frame.header(reader.bytes)
  if (typeof header === "string") return damagedAt(reader.at, 0, header)
  return problemOf(header) ?? { at: reader.at, header }
}

/** So many bytes of frames are decoded at a time. */
const feedBytes = 1 << 14

const soundOf = (first: FirstFrame, size: number, decoder: Mpg123): Sound => ({
  sampleRate: first.header.sampleRate,
  channels: first.header.channels,
  decode: function* (use) {
    const { channels, sampleRate, samples: perFrame } = first.header
    const reader = new Reader(size)
    reader.skip(first.at)
    let info: Frame.Info | undefined
    let frames = 0
    let decoded = 0
    let music = { crc: 0, left: 0 }
    let waiting: Array<Uint8Array> = []
    let waitingBytes = 0
    const damaged = (what: string) => damagedAt(reader.at, (frames * perFrame) / sampleRate, what)

    const feed = (): Unusable | undefined => {
      if (waitingBytes === 0) return undefined
      const result = WasmDecoder.attempt(() => decoder.decode(concat(waiting)))
      waiting = []
      waitingBytes = 0
      if (Either.isLeft(result)) return damaged(t`mpg123 says: ${result.left}`)
      const { channelData, samplesDecoded } = result.right
      decoded += samplesDecoded
      if (samplesDecoded > 0) use(blockOf(channelData.slice(0, channels), samplesDecoded))
      return decoded > mostSamples ? tooLong() : undefined
    }

    for (let isFirst = true; !reader.isAtEnd; isFirst = false) {
      yield* reader.fill(Frame.headerBytes)
      if (isTag(reader, size)) break
      if (yield* skipZeros(reader)) {
        if (reader.isAtEnd) break
        return damaged(t`no frame begins there`)
      }
      const header = Frame.header(reader.bytes)
      if (typeof header === "string") return damaged(header)
      if (header.sampleRate !== sampleRate || header.channels !== channels) {
        return damaged(t`the rate or the channels change there`)
      }
      if (!(yield* reader.fill(header.bytes))) {
        return t`is truncated: its last frame has ${reader.bytes.length} of ${header.bytes} bytes`
      }
      const frame = reader.bytes.subarray(0, header.bytes)
      const found = isFirst ? Frame.info(frame, header) : undefined
      if (found === "damaged") return damaged(t`the CRC of its LAME tag is wrong`)
      if (found !== undefined) {
        info = found
        music = { crc: 0, left: found.music?.bytes ?? 0 }
      } else {
        if (!Frame.isIntact(frame, header)) return damaged(t`the CRC of a frame is wrong`)
        frames++
        const covered = Math.min(music.left, frame.length)
        music = { crc: reflected16(frame, music.crc, 0, covered), left: music.left - covered }
      }
      waiting.push(frame)
      waitingBytes += frame.length
      reader.skip(header.bytes)
      const problem = waitingBytes < feedBytes ? undefined : feed()
      if (problem !== undefined) return problem
      if (waitingBytes === 0) yield* reader.pause()
    }
    const problem = feed()
    if (problem !== undefined) return problem
    if (frames === 0) return noSamples()
    // Some writers count the frame that holds the count.
    if (info?.frames !== undefined && Math.abs(frames - info.frames) > 1) {
      return t`is damaged: it holds ${frames} frames, where its first one counts ${info.frames}`
    }
    if (info?.music !== undefined && (music.left > 0 || music.crc !== info.music.crc)) {
      return t`is damaged: the CRC of its sound is not that of its LAME tag`
    }
    // A decoder that has lost its place would end early.
    const expected = frames * perFrame - (info?.added ?? 0)
    return decoded < Math.min(expected, frames * perFrame - perFrame)
      ? t`is damaged: ${decoded} of ${expected} samples could be decoded`
      : decoded === 0
        ? noSamples()
        : undefined
  }
})

/** Whether a tag follows, of ID3, APE or Lyrics3, as they come at the end. */
const isTag = (reader: Reader, size: number): boolean =>
  (reader.text(3) === "TAG" && size - reader.at <= 128 + 227) ||
  ["APET", "LYRI"].includes(reader.text(4))

/** Leaves zeros out, which some writers put behind a tag, or at the end; says whether there were any. */
const skipZeros = function* (reader: Reader): InParts<boolean> {
  const { at } = reader
  while ((yield* reader.fill(1)) && reader.bytes[0] === 0) {
    const zeros = reader.bytes.findIndex((byte) => byte !== 0)
    reader.skip(zeros === -1 ? reader.bytes.length : zeros)
  }
  return reader.at > at
}
