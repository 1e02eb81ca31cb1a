import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../language/Text.js"
import { type InParts, ofBytes, partBytes } from "./Parts.js"
import { type Block, noSamples, problemOf, type Sound, type SoundFormat } from "./Sound.js"
import { findChunks, type Format } from "./Wav/Chunks.js"
import { ambiguous, type Encoding, findEncoding } from "./Wav/Encoding.js"
import { WavError } from "./Wav/WavError.js"

export { WavError }

/** A recording: one channel of samples, full scale being ±1. */
export interface Wav {
  readonly sampleRate: number
  readonly samples: Float32Array
}

/** Where the samples of a WAV file lie, and how they are stored. */
export interface Layout {
  readonly format: Format
  readonly encoding: Encoding
  readonly at: number
  /** The bytes of one sample of all channels. */
  readonly blockSize: number
  /** How many samples there are of each channel. */
  readonly length: number
}

/**
 * Finds the samples of a WAV file of `size` bytes (RIFF, RF64 or BW64; 8 to 32-bit PCM, 32 and
 * 64-bit float, A-law, µ-law, plain or extensible). What a stream or a crash left behind counts as
 * far as it goes: nothing is expected from a declared size, only from the bytes that are there.
 */
export const locate = function* (size: number): InParts<Either.Either<Layout, WavError>> {
  const chunks = yield* findChunks(size)
  return Either.gen(function* () {
    const { data, format } = yield* chunks
    yield* checkFormat(format)
    const encoding = yield* findEncoding(format)
    const blockSize = encoding.bytesPerSample * format.channels
    const length = Math.floor(data.length / blockSize)
    if (length === 0) {
      return yield* Either.left(new WavError({ reason: "NoSamples", detail: noSamples() }))
    }
    return { format, encoding, at: data.at, blockSize, length }
  })
}

/** The samples in complete blocks of bytes: of one channel, or the mean of all. */
export const samplesIn = (
  bytes: Uint8Array,
  { blockSize, encoding, format }: Layout,
  channel?: number
): Either.Either<Float32Array, WavError> => {
  const { bytesPerSample, padding, read } = encoding
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const samples = new Float32Array(Math.floor(data.byteLength / blockSize))
  const [first, count] = channel === undefined ? [0, format.channels] : [channel, 1]
  let paddingBits = 0
  for (let i = 0; i < samples.length; i++) {
    let at = i * blockSize + first * bytesPerSample
    let sum = 0
    for (let c = 0; c < count; c++, at += bytesPerSample) {
      sum += read(data, at)
      for (let p = 0; p < padding; p++) paddingBits |= data.getUint8(at + p)
    }
    samples[i] = sum / count
  }
  return paddingBits === 0
    ? Either.right(samples)
    : Either.left(ambiguous(format, t`but what would be padding is not zero`))
}

/** Decodes a WAV file that is in memory, its channels averaged. */
export const decode = (bytes: Uint8Array): Either.Either<Wav, WavError> =>
  Either.gen(function* () {
    const layout = yield* ofBytes(bytes, locate(bytes.length))
    const data = bytes.subarray(layout.at, layout.at + layout.length * layout.blockSize)
    return {
      sampleRate: layout.format.sampleRate,
      samples: yield* samplesIn(data, layout)
    }
  })

/** Encodes samples of full scale ±1 as a mono 16-bit PCM file; what is louder is clipped. */
export const encode = (samples: Float32Array, sampleRate: number): Uint8Array => {
  const bytes = new Uint8Array(44 + 2 * samples.length)
  const view = new DataView(bytes.buffer)
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at)
  text(0, "RIFF")
  view.setUint32(4, bytes.length - 8, true)
  text(8, "WAVEfmt ")
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, 2 * sampleRate, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, "data")
  view.setUint32(40, 2 * samples.length, true)
  samples.forEach((sample, i) => {
    const value = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)))
    view.setInt16(44 + 2 * i, value, true)
  })
  return bytes
}

const checkFormat = (format: Format): Either.Either<void, WavError> => {
  const detail = problemOf(format)
  return detail === undefined
    ? Either.void
    : Either.left(new WavError({ reason: "BadHeader", detail }))
}

/** WAV files. What is none of the other formats is opened as one, and said to be none of all. */
export const format: SoundFormat = {
  name: "WAV",
  isOne: () => true,
  open: (file) =>
    Effect.flatMap(file.run(locate(file.size)), (found) =>
      Either.mapBoth(found, { onLeft: ({ detail }) => detail, onRight: soundOf })
    )
}

const soundOf = (layout: Layout): Sound => ({
  sampleRate: layout.format.sampleRate,
  channels: layout.format.channels,
  decode: function* (use) {
    for (const range of rangesOf(layout)) {
      const bytes = yield range
      if (bytes.length < range.length) return t`was truncated while it was read`
      const mean = samplesIn(bytes, layout)
      if (Either.isLeft(mean)) return mean.left.detail
      use(blockIn(bytes, layout, mean.right))
    }
    return undefined
  }
})

const blockIn = (bytes: Uint8Array, layout: Layout, mean: Float32Array): Block => ({
  length: mean.length,
  of: (channel) =>
    channel === undefined ? mean : Either.getOrThrow(samplesIn(bytes, layout, channel))
})

/** The ranges of a file that its samples fill, in complete blocks. */
const rangesOf = function* ({ at, blockSize, length }: Layout) {
  const blocks = Math.max(1, Math.floor(partBytes / blockSize))
  for (let first = 0; first < length; first += blocks) {
    yield { at: at + first * blockSize, length: Math.min(blocks, length - first) * blockSize }
  }
}
