import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../language/Text.js"
import type { Codec, Decode } from "./Ogg/Codec.js"
import * as Opus from "./Ogg/Opus.js"
import { Pages, type Page } from "./Ogg/Pages.js"
import * as Vorbis from "./Ogg/Vorbis.js"
import type { InParts } from "./Parts.js"
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
 * Vorbis and Opus in Ogg. Pages are read here, with their checksums, their order and the positions that
 * they declare; the libraries decode packets.
 */

export const format: SoundFormat = {
  name: "Ogg",
  version: `${Vorbis.version}, ${Opus.version}`,
  isOne: (head) => String.fromCharCode(...head.subarray(0, 4)) === "OggS",
  open: (file) =>
    Effect.gen(function* () {
      const found = yield* file.run(headersOf(file.size))
      if (typeof found === "string") return yield* Effect.fail(found)
      const problem = problemOf(found.codec)
      if (problem !== undefined) return yield* Effect.fail(problem)
      const decode = yield* found.codec.start(found.headers)
      return soundOf(found.codec, decode, file.size)
    }) satisfies Effect.Effect<Sound, Unusable | PlatformError, unknown>
}

/** The codec of a stream, and its headers. */
const headersOf = function* (
  size: number
): InParts<{ readonly codec: Codec; readonly headers: ReadonlyArray<Uint8Array> } | Unusable> {
  const pages = new Pages(size)
  const headers: Array<Uint8Array> = []
  let codec: Codec | Unusable | undefined
  for (;;) {
    const page = yield* pages.next()
    if (typeof page === "string") return page
    if (page === null) return t`is truncated: it ends within its headers`
    headers.push(...page.packets)
    const [first] = headers
    if (first === undefined) continue
    codec ??= Opus.isOne(first)
      ? Opus.codecOf(first)
      : Vorbis.isOne(first)
        ? Vorbis.codecOf(first)
        : t`holds neither Vorbis nor Opus: convert it`
    if (typeof codec === "string") return codec
    if (headers.length >= codec.headers) return { codec, headers: headers.slice(0, codec.headers) }
  }
}

const soundOf = (codec: Codec, decode: Decode, size: number): Sound => ({
  sampleRate: codec.sampleRate,
  channels: codec.channels,
  decode: function* (use) {
    let packets = 0
    /** Samples that were decoded, where the stream's positions begin, and what was given on. */
    let [decoded, given, paused] = [0, 0, 0]
    let start: number | undefined
    const pages = new Pages(size, () => given / codec.sampleRate)

    const give = (channels: ReadonlyArray<Float32Array>, from: number, to: number) => {
      const [first, last] = [Math.max(0, from), Math.max(0, to)]
      if (last <= first) return
      given += last - first
      use(
        blockOf(
          channels.map((one) => one.subarray(first, last)),
          last - first,
          codec.gain
        )
      )
    }

    for (;;) {
      const page = yield* pages.next()
      if (typeof page === "string") return page
      if (page === null) return given === 0 ? noSamples() : undefined
      const damaged = (what: string) => damagedAt(page.at, given / codec.sampleRate, what)
      const before = decoded
      const blocks: Array<{ channels: ReadonlyArray<Float32Array>; samples: number }> = []
      for (const packet of page.packets) {
        packets++
        if (packets <= codec.headers) continue
        const result = decode(packet)
        if (Either.isLeft(result)) return damaged(t`a packet cannot be decoded: ${result.left}`)
        decoded += result.right.samples
        blocks.push(result.right)
        if (decoded > mostSamples) return tooLong()
      }
      const end = endOf(page, decoded, start)
      if (page.granule !== undefined && decoded > 0) start ??= startOf(page, decoded)
      if (typeof end === "string") return damaged(end)
      // Positions from the first sample that is to be heard on.
      let at = before
      for (const { channels, samples } of blocks) {
        give(channels, codec.skipped - at, Math.min(samples, end - at))
        at += samples
      }
      if (given - paused > turn) {
        paused = given
        yield* pages.pause()
      }
    }
  }
})

/** The position of the first sample: a stream that was cut out of another begins late. */
const startOf = ({ granule = 0 }: Page, decoded: number): number => Math.max(0, granule - decoded)

/** How many of the samples so far count, by the position of the page; or why they cannot be right. */
const endOf = (page: Page, decoded: number, start: number | undefined): number | Unusable => {
  const { granule, isLast } = page
  if (granule === undefined || (start === undefined && !isLast)) return decoded
  const end = granule - (start ?? 0)
  if (end > decoded || (!isLast && end < decoded)) {
    return t`its position is sample ${granule}, and ${decoded + (start ?? 0)} were decoded`
  }
  return Math.max(0, end)
}
