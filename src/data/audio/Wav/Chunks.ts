import * as Either from "effect/Either"
import { WavError } from "./WavError.js"

/** What a `fmt ` chunk declares; `tag` is that of the sub-format where the format is extensible. */
export interface Format {
  readonly tag: number
  readonly channels: number
  readonly sampleRate: number
  readonly bits: number
}

/** The two chunks of a WAV file that matter. */
export interface Chunks {
  readonly format: Format
  readonly data: DataView
}

/** What a streaming writer, which cannot know the size, declares. */
const unknownSize = 0xffffffff
const extensible = 0xfffe

/** Finds the format and the sample data among the chunks of a RIFF, RF64 or BW64 file. */
export const findChunks = (bytes: Uint8Array): Either.Either<Chunks, WavError> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength < 12 || !isWave(view)) return Either.left(notWav(view))

  let format: Format | undefined
  let data: DataView | undefined
  let size64: number | undefined
  for (let at = 12; at + 8 <= view.byteLength && !(format && data);) {
    const name = text(view, at, 4)
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    let end = body + size
    if (name === "ds64" && size >= 16 && body + 16 <= view.byteLength) {
      size64 = Number(view.getBigUint64(body + 8, true))
    } else if (name === "fmt ") {
      format = readFormat(view, body, size)
      if (!format) return Either.left(badHeader("has an incomplete fmt chunk"))
    } else if (name === "data") {
      end = Math.min(body + dataSize(view, body, size, size64), view.byteLength)
      data ??= new DataView(view.buffer, view.byteOffset + body, end - body)
    }
    at = nextChunk(view, end)
  }
  if (!format) return Either.left(badHeader("has no fmt chunk"))
  if (!data) return Either.left(badHeader("has no data chunk"))
  return Either.right({ format, data })
}

const isWave = (view: DataView): boolean =>
  ["RIFF", "RF64", "BW64"].includes(text(view, 0, 4)) && text(view, 8, 4) === "WAVE"

const readFormat = (view: DataView, body: number, size: number): Format | undefined => {
  const present = Math.min(size, view.byteLength - body)
  if (present < 16) return undefined
  const tag = view.getUint16(body, true)
  if (tag === extensible && present < 26) return undefined
  return {
    tag: tag === extensible ? view.getUint16(body + 24, true) : tag,
    channels: view.getUint16(body + 2, true),
    sampleRate: view.getUint32(body + 4, true),
    bits: view.getUint16(body + 14, true)
  }
}

/** The size of the samples in bytes: streaming writers leave 0 or the largest number in its place. */
const dataSize = (view: DataView, body: number, size: number, size64: number | undefined) => {
  const rest = view.byteLength - body
  if (size === unknownSize) return size64 ?? rest
  return size === 0 && !isChunk(view, body) ? rest : size
}

/** Chunks begin at even places, but some writers forget the padding after an odd one. */
const nextChunk = (view: DataView, end: number): number =>
  end % 2 === 1 && !isChunk(view, end) ? end + 1 : end

/** Whether a chunk begins at `at`: a printable name, and a size that the file has room for. */
const isChunk = (view: DataView, at: number): boolean =>
  at + 8 <= view.byteLength &&
  /^[\x20-\x7e]{4}$/.test(text(view, at, 4)) &&
  at + 8 + view.getUint32(at + 4, true) <= view.byteLength

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
  ["fLaC", "a FLAC file"],
  ["OggS", "an Ogg file"],
  ["ID3", "an MP3 file"],
  ["FORM", "an AIFF file"],
  ["RIFX", "a big-endian RIFX file"],
  ["NIST_1A", "a NIST SPHERE file"]
]

const notWav = (view: DataView): WavError => {
  const other = otherFormats.find(([start]) => text(view, 0, start.length) === start)
  const detail =
    view.byteLength === 0
      ? "is empty"
      : other
        ? `is ${other[1]}, not WAV: convert it`
        : "is not a WAV file: it does not begin with RIFF and WAVE"
  return new WavError({ reason: "NotWav", detail })
}
