import type * as Effect from "effect/Effect"
import type { PlatformError } from "@effect/platform/Error"
import type * as Scope from "effect/Scope"
import { t } from "../language/Text.js"
import type { FileParts, InParts } from "./Parts.js"

/** Why a recording is of no use: the end of a sentence that its name begins. */
export type Unusable = string

/** Some samples of every channel, full scale being ±1. Valid until the next block is decoded. */
export interface Block {
  readonly length: number
  /** The samples of one channel, or the mean of all. */
  readonly of: (channel?: number) => Float32Array
}

/** A recording that is open, of whatever format. */
export interface Sound {
  readonly sampleRate: number
  readonly channels: number
  /**
   * Decodes all of it, once, and gives `use` one block after another; returns what is wrong with the
   * recording. What `use` has got before that is not to be believed.
   */
  readonly decode: (use: (block: Block) => void) => InParts<Unusable | undefined>
}

/** A kind of file that sound is kept in. */
export interface SoundFormat {
  readonly name: string
  /** Changes whenever the same bytes would give other samples; WAV has none, since it never did. */
  readonly version?: string
  /** Whether a file that begins like this claims to be of this kind. */
  readonly isOne: (head: Uint8Array) => boolean
  /** Opens a file with a decoder of its own, so that one that breaks leaves the next file alone. */
  readonly open: (file: FileParts) => Effect.Effect<Sound, Unusable | PlatformError, Scope.Scope>
}

/** Rates outside of this are damage, and would make absurd demands on a resampler. */
const plausibleRates = { from: 1_000, to: 768_000 }

/** What is wrong with what a header declares. */
export const problemOf = (format: {
  readonly channels: number
  readonly sampleRate: number
}): Unusable | undefined =>
  format.channels === 0
    ? t`declares no channels`
    : format.sampleRate < plausibleRates.from || format.sampleRate > plausibleRates.to
      ? t`declares a sample rate of ${format.sampleRate} Hz; from ${plausibleRates.from} to ${plausibleRates.to} can be read`
      : undefined

/** A block of channels that are decoded already; `scale` is what full scale is divided by. */
export const blockOf = (
  channels: ReadonlyArray<ArrayLike<number>>,
  length: number,
  scale = 1
): Block => ({
  length,
  of: (channel) => {
    const chosen = channel === undefined ? channels : [channels[channel]!]
    const [first] = chosen
    const samples = new Float32Array(length)
    if (chosen.length === 1) {
      for (let i = 0; i < length; i++) samples[i] = first![i]! * scale
      return samples
    }
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (const one of chosen) sum += one[i]! * scale
      samples[i] = sum / chosen.length
    }
    return samples
  }
})

/** Longer than a recording of a day at 48 kHz: a few bytes can declare years of silence. */
export const mostSamples = 2 ** 32

/** So many samples are decoded between two parts, at which others have their turn. */
export const turn = 1 << 18

export const noSamples = (): Unusable => t`holds no samples`
export const tooLong = (): Unusable => t`holds more than ${mostSamples} samples of a channel`

/** Where damage was found: the byte, and how much of the recording came before. */
export const damagedAt = (byte: number, seconds: number, what: string): Unusable =>
  t`is damaged at byte ${byte}, after ${seconds.toFixed(2)} s of sound: ${what}`
