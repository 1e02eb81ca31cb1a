import * as Either from "effect/Either"
import { type Encoding, findEncoding } from "./Wav/Encoding.js"
import { findChunks, type Format } from "./Wav/Chunks.js"
import { WavError } from "./Wav/WavError.js"

export { WavError }

/** A recording: one channel of samples, full scale being ±1. */
export interface Wav {
  readonly sampleRate: number
  readonly samples: Float32Array
}

/** Rates outside of this are damage, and would make absurd demands on a resampler. */
const plausibleRates = { from: 1_000, to: 768_000 }

/**
 * Decodes a WAV file (RIFF, RF64 or BW64; 8 to 32-bit PCM, 32 and 64-bit float, A-law, µ-law, plain
 * or extensible), its channels averaged. What a stream or a crash left behind is read as far as it
 * goes. Nothing is allocated from a declared size, only from the bytes that are there.
 */
export const decode = (bytes: Uint8Array): Either.Either<Wav, WavError> =>
  Either.gen(function* () {
    const { format, data } = yield* findChunks(bytes)
    const encoding = yield* findEncoding(format)
    yield* checkFormat(format)
    const samples = readSamples(data, format.channels, encoding)
    if (samples.length === 0) {
      return yield* Either.left(new WavError({ reason: "NoSamples", detail: "holds no samples" }))
    }
    return { sampleRate: format.sampleRate, samples }
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
  const { channels, sampleRate } = format
  return channels === 0
    ? Either.left(new WavError({ reason: "BadHeader", detail: "declares no channels" }))
    : sampleRate < plausibleRates.from || sampleRate > plausibleRates.to
      ? Either.left(
          new WavError({
            reason: "BadHeader",
            detail: `declares a sample rate of ${sampleRate} Hz`
          })
        )
      : Either.void
}

const readSamples = (data: DataView, channels: number, encoding: Encoding): Float32Array => {
  const { bytesPerSample, read } = encoding
  const samples = new Float32Array(Math.floor(data.byteLength / (bytesPerSample * channels)))
  let at = 0
  for (let i = 0; i < samples.length; i++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++, at += bytesPerSample) {
      sum += read(data, at)
    }
    samples[i] = sum / channels
  }
  return samples
}
