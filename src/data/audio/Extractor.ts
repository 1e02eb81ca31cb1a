import * as Either from "effect/Either"
import * as LogMel from "./LogMel.js"
import * as Resample from "./Resample.js"
import * as Wav from "./Wav.js"
import type { Features } from "./Windows.js"

/** Turns the bytes of a WAV file into log-mel features, or says why it cannot. */
export type Extractor = (bytes: Uint8Array) => Either.Either<Features, Unusable>

/** Why a recording is of no use: the end of a sentence that its name begins. */
export type Unusable = string

/** Changes whenever the same bytes and options would give other features. */
export const version = 1

/** Below this deviation, -80 dB of full scale, a recording is silence. */
const silence = 1e-4

export const make = (options: LogMel.Options): Extractor => {
  const logMel = LogMel.make(options)
  const { window } = LogMel.geometry(options)
  const resamplers = new Map<number, Resample.Resampler>()
  const resamplerFrom = (rate: number) => {
    const resampler = resamplers.get(rate) ?? Resample.make(rate, options.sampleRate)
    resamplers.set(rate, resampler)
    return resampler
  }
  return (bytes) =>
    Either.gen(function* () {
      const wav = yield* Either.mapLeft(Wav.decode(bytes), (error) => error.detail)
      const level = deviation(wav.samples)
      if (!Number.isFinite(level)) return yield* Either.left("holds samples that are not numbers")
      if (level < silence) return yield* Either.left("is silent, or nearly so")
      const samples = resamplerFrom(wav.sampleRate)(wav.samples)
      if (samples.length < window) {
        return yield* Either.left(`is shorter than one frame of ${options.windowMs} ms`)
      }
      return logMel(samples)
    })
}

/** The standard deviation: silence may have an offset. */
const deviation = (samples: Float32Array): number => {
  let sum = 0
  let squares = 0
  for (const sample of samples) {
    sum += sample
    squares += sample * sample
  }
  const mean = sum / samples.length
  // Rounding can leave a negative nothing.
  return Math.sqrt(Math.max(0, squares / samples.length - mean * mean))
}
