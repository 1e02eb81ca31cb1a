import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { DataError } from "../data/DataError.js"
import * as LogMel from "./LogMel.js"
import * as Parts from "./Parts.js"
import * as Recordings from "./SpeakerFolder/Recordings.js"
import * as Windows from "./Windows.js"

const parameters = {
  sample_rate: Schema.Number,
  mels: Schema.Int,
  window_ms: Schema.Number,
  hop_ms: Schema.Number,
  frames: Schema.Int
}

/**
 * How an input is made of a recording, as a dataset declares it in `preprocessing`: one channel, resampled
 * to `sample_rate` Hz; its log-mel spectrogram, see `LogMel.make`, by frames of `window` samples, `hop`
 * apart, zero-padded to `fft_size`, in `mels` bands from `low_hz` to half the sample rate on the HTK scale,
 * the natural logarithm of power plus `floor`; and of it `frames` frames. Longer recordings are windows
 * that overlap by half, whose predictions are averaged; shorter ones are repeated.
 */
export const LogMelInput = Schema.Struct({
  kind: Schema.Literal("log-mel"),
  ...parameters,
  window: Schema.Int,
  hop: Schema.Int,
  fft_size: Schema.Int,
  low_hz: Schema.Number,
  floor: Schema.Number
})
export type LogMelInput = typeof LogMelInput.Type

/** What is chosen of it, as the `data` section of a config has it. */
export const Parameters = Schema.Struct(parameters)
export type Parameters = typeof Parameters.Type

export const optionsOf = ({
  hop_ms,
  mels,
  sample_rate,
  window_ms
}: Parameters): LogMel.Options => ({
  sampleRate: sample_rate,
  mels,
  windowMs: window_ms,
  hopMs: hop_ms
})

/** Everything that follows from the parameters, for those who compute the features elsewhere. */
export const of = (data: Parameters): LogMelInput => {
  const { fftSize, hop, window } = LogMel.geometry(optionsOf(data))
  const { frames, hop_ms, mels, sample_rate, window_ms } = data
  return {
    kind: "log-mel",
    sample_rate,
    mels,
    window_ms,
    hop_ms,
    frames,
    window,
    hop,
    fft_size: fftSize,
    low_hz: LogMel.lowest,
    floor: LogMel.floor
  }
}

/** That of a checkpoint of an earlier release, which has it in its config only. */
export const ofConfig = (config: Readonly<Record<string, unknown>>): Option.Option<LogMelInput> =>
  Option.map(Schema.decodeUnknownOption(Parameters)(config["data"]), of)

/** The windows of a spectrogram, [windows, frames, mels], which cover all of it. */
export const windowsOf = (
  features: Windows.Features,
  { frames, mels }: Parameters
): Float32Array => {
  const starts = Windows.coveringStarts(features.length / mels, frames)
  const target = new Float32Array(starts.length * frames * mels)
  starts.forEach((start, i) =>
    Windows.copyWindow(features, mels, start, frames, target, i * frames * mels)
  )
  return target
}

/** The windows of a recording: a WAV, FLAC, MP3 or Ogg file. */
export const ofFile = (path: string, input: Parameters) =>
  Recordings.featuresOf(path, optionsOf(input)).pipe(
    Effect.mapBoth({
      onFailure: (detail) => new DataError({ reason: "Unreadable", path, detail }),
      onSuccess: (features) => windowsOf(features, input)
    })
  )

/** The windows of a recording that is in memory, and called `path` in errors. */
export const ofBytes = (
  path: string,
  bytes: Uint8Array,
  input: Parameters
): Effect.Effect<Float32Array, DataError> =>
  Effect.mapBoth(Recordings.featuresIn(Parts.ofMemory(bytes), optionsOf(input)), {
    onFailure: (error) =>
      new DataError({
        reason: "Unreadable",
        path,
        detail: typeof error === "string" ? error : error.message
      }),
    onSuccess: (features) => windowsOf(features, input)
  })
