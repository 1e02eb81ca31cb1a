import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import type { InParts } from "../Parts.js"
import { WavError } from "./WavError.js"

/** What a `fmt ` chunk declares; `tag` is that of the sub-format where the format is extensible. */
export interface Format {
  readonly tag: number
  readonly channels: number
  readonly sampleRate: number
  readonly bytesPerSecond: number
  /** The bytes of one sample of all channels. */
  readonly blockSize: number
  readonly bits: number
}

/** The format of a WAV file, and where its samples lie. */
export interface Chunks {
  readonly format: Format
  readonly data: { readonly at: number; readonly length: number }
}

/** What a streaming writer, which cannot know the size, declares. */
const unknownSize = 0xffffffff
const extensible = 0xfffe
/** No writer puts so many chunks before the samples. */
const mostChunks = 10_000

/** Finds the format and the samples among the chunks of a RIFF, RF64 or BW64 file of `size` bytes. */
export const findChunks = function* (size: number): InParts<Either.Either<Chunks, WavError>> {
  const start = viewOf(yield { at: 0, length: 12 })
  if (start.byteLength < 12 || !isWave(start)) return Either.left(notWav(start))

  // A writer that was not allowed to come back leaves this size unknown, too.
  let complete = ![0, unknownSize].includes(start.getUint32(4, true))
  let format: Format | undefined
  let data: Chunks["data"] | undefined
  let size64: number | undefined
  for (let at = 12, chunks = 0; at + 8 <= size && !(format && data); chunks++) {
    if (chunks === mostChunks) {
      return Either.left(badHeader(t`has ${mostChunks} chunks, and none with samples among them`))
    }
    const header = viewOf(yield { at, length: 8 })
    const name = text(header, 0, 4)
    const declared = header.getUint32(4, true)
    const body = at + 8
    let end = body + declared
    if (name === "ds64" && declared >= 16) {
      const sizes = viewOf(yield { at: body, length: 16 })
      if (sizes.byteLength === 16) {
        complete = sizes.getBigUint64(0, true) > 0n
        size64 = Number(sizes.getBigUint64(8, true))
      }
    } else if (name === "fmt ") {
      format = readFormat(viewOf(yield { at: body, length: Math.min(declared, 26) }))
      if (!format) return Either.left(badHeader(t`has an incomplete fmt chunk`))
    } else if (name === "data") {
      const length = dataSize(declared, size64)
      const isEmpty = (declared === 0 || size64 === 0) && complete && (yield* isChunk(body, size))
      end = length > 0 || isEmpty ? Math.min(body + length, size) : size
      data ??= { at: body, length: end - body }
    }
    // Chunks begin at even places, but some writers forget the padding after an odd one.
    at = end % 2 === 1 && !(yield* isChunk(end, size)) ? end + 1 : end
  }
  if (!format) return Either.left(badHeader(t`has no fmt chunk`))
  if (!data) return Either.left(badHeader(t`has no data chunk`))
  return Either.right({ format, data })
}

const viewOf = ({ buffer, byteLength, byteOffset }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

const isWave = (view: DataView): boolean =>
  ["RIFF", "RF64", "BW64"].includes(text(view, 0, 4)) && text(view, 8, 4) === "WAVE"

const readFormat = (chunk: DataView): Format | undefined => {
  if (chunk.byteLength < 16) return undefined
  const tag = chunk.getUint16(0, true)
  if (tag === extensible && chunk.byteLength < 26) return undefined
  return {
    tag: tag === extensible ? chunk.getUint16(24, true) : tag,
    channels: chunk.getUint16(2, true),
    sampleRate: chunk.getUint32(4, true),
    bytesPerSecond: chunk.getUint32(8, true),
    blockSize: chunk.getUint16(12, true),
    bits: chunk.getUint16(14, true)
  }
}

/**
 * The declared size of the samples in bytes; 0 where a streaming writer left 0 or the largest number
 * in its place, in the chunk and, where there is one, in ds64.
 */
const dataSize = (declared: number, size64 = 0): number =>
  declared === 0 || declared === unknownSize ? size64 : declared

/** Whether a chunk begins at `at`: a printable name, and a size that the file has room for. */
const isChunk = function* (at: number, size: number): InParts<boolean> {
  if (at + 8 > size) return false
  const header = viewOf(yield { at, length: 8 })
  return /^[\x20-\x7e]{4}$/.test(text(header, 0, 4)) && at + 8 + header.getUint32(4, true) <= size
}

const text = (view: DataView, at: number, length: number): string => {
  let characters = ""
  for (let i = at; i < Math.min(at + length, view.byteLength); i++) {
    characters += String.fromCharCode(view.getUint8(i))
  }
  return characters
}

const badHeader = (detail: string): WavError => new WavError({ reason: "BadHeader", detail })

/** How other sound files begin, for an error that says what the file is instead. */
const otherFormats: ReadonlyArray<readonly [start: string, name: string]> = [
  ["FORM", t`an AIFF file`],
  ["RIFX", t`a big-endian RIFX file`],
  ["riff", t`a Wave64 file`],
  ["NIST_1A", t`a NIST SPHERE file`]
]

const notWav = (start: DataView): WavError => {
  const other = otherFormats.find(([magic]) => text(start, 0, magic.length) === magic)
  const detail =
    start.byteLength === 0
      ? t`is empty`
      : other
        ? t`is ${other[1]}, none of WAV, FLAC, MP3 and Ogg: convert it`
        : t`is none of WAV, FLAC, MP3 and Ogg by its first bytes`
  return new WavError({ reason: "NotWav", detail })
}
