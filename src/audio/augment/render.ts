/** What worker threads do with recordings: change samples, and make features of them. Imports little. */
import type { Transfer } from "../../data/workers/Call.js"
import * as LogMel from "../LogMel.js"
import * as Windows from "../Windows.js"
import { applyMasks, type Masks } from "./specAugment.js"
import * as Waveform from "./waveform.js"

/** One example: samples, and the numbers that were drawn for it. */
export interface Example {
  readonly samples: Float32Array
  readonly speed: number
  /** Samples at the beginning, at the new speed, that are heard as reverberation only. */
  readonly lead: number
  /** Samples that follow them. */
  readonly length: number
  /** The row of features that comes first, where they are repeated. */
  readonly start: number
  readonly room:
    | { readonly rt60: number; readonly ratio: number; readonly seed: number }
    | { readonly impulse: Float32Array }
    | null
  readonly noise:
    | { readonly snr: number; readonly color: "white" | "pink"; readonly seed: number }
    | { readonly snr: number; readonly samples: Float32Array }
    | null
  readonly masks: Masks | null
}

/** Examples of a batch, and what features they become. */
export interface Task {
  readonly options: LogMel.Options
  readonly frames: number
  readonly examples: ReadonlyArray<Example>
}

/** Their features, [examples, frames, mels]: a function of the task alone. */
export const renderAll = (
  { examples, frames, options }: Task,
  transfer: Transfer
): Float32Array => {
  const { mels } = options
  const logMel = logMelOf(options)
  const target = new Float32Array(examples.length * frames * mels)
  examples.forEach((example, i) => {
    const offset = i * frames * mels
    Windows.copyWindow(
      logMel(samplesOf(example, options.sampleRate)),
      mels,
      example.start,
      frames,
      target,
      offset
    )
    if (example.masks !== null) applyMasks(target, offset, frames, mels, example.masks)
  })
  transfer(target.buffer)
  return target
}

/** The samples of an example, changed as was drawn. */
export const samplesOf = (example: Example, sampleRate: number): Float32Array => {
  const { lead, length, noise, room, speed } = example
  const fast =
    speed === 1 ? example.samples : Waveform.changeSpeed(example.samples, sampleRate, speed)
  // Rounding may have it end a sample early.
  const complete = new Float32Array(lead + length)
  complete.set(fast.subarray(0, complete.length))
  const wet =
    room === null
      ? complete
      : Waveform.reverberate(
          complete,
          "impulse" in room ? room.impulse : Waveform.simulatedImpulse(sampleRate, room)
        )
  const samples = wet.subarray(lead)
  if (noise === null) return samples
  const added =
    "samples" in noise
      ? noise.samples
      : noise.color === "white"
        ? Waveform.whiteNoise(length, noise.seed)
        : Waveform.pinkNoise(length, noise.seed)
  return Waveform.addNoise(samples, added, noise.snr)
}

let made: { readonly key: string; readonly logMel: LogMel.LogMel } | undefined

const logMelOf = (options: LogMel.Options): LogMel.LogMel => {
  const key = JSON.stringify(options)
  if (made?.key !== key) made = { key, logMel: LogMel.make(options) }
  return made.logMel
}
