import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type { Batch } from "../../data/Batch.js"
import type { DataError } from "../../data/DataError.js"
import type { Rng } from "../../data/Dataset.js"
import type { DataWorkers } from "../../data/workers/DataWorkers.js"
import * as Entry from "../FeatureCache/Entry.js"
import * as LogMel from "../LogMel.js"
import * as Resample from "../Resample.js"
import * as Windows from "../Windows.js"
import type { AugmentConfig } from "./AugmentConfig.js"
import { draw } from "./plan.js"
import type * as render from "./render.js"
import { speedRate } from "./waveform.js"

/** The samples of recordings at the rate of the features, each reached in constant time. */
export interface Sources {
  readonly recordings: ReadonlyArray<{ readonly samples: Entry.Entry; readonly label: number }>
  readonly noises: ReadonlyArray<Entry.Entry>
  readonly impulses: ReadonlyArray<Entry.Entry>
}

/** Of an impulse response, no more than these seconds are used. */
const mostImpulseSeconds = 2

/** Makes batches of recordings whose samples are changed at random, by worker threads where there are any. */
export const make = (
  sources: Sources,
  augment: AugmentConfig,
  options: LogMel.Options,
  frames: number,
  workers: DataWorkers<typeof render>
) => {
  const { mels, sampleRate } = options
  const { hop, window } = LogMel.geometry(options)

  /** What an example needs of recordings, and what it is made of once that is read; all random numbers are drawn here. */
  const exampleOf = (index: number, rng: Rng) => {
    const plan = draw(augment, frames, mels, rng)
    const { samples } = sources.recordings[index]!
    const count = samples[0]!.total
    const rate = speedRate(sampleRate, plan.speed)
    const total = Resample.outputLength(rate, sampleRate, count)
    const rows = LogMel.frameCount(options, total)
    const start = Windows.startOf(rows, frames, () => plan.place)
    const isCropped = rows > frames
    const from = isCropped ? start * hop : 0
    const length = isCropped ? (frames - 1) * hop + window : Math.max(total, window)
    const { noise, room } = plan
    const impulse = room && sources.impulses[Math.floor(room.which * sources.impulses.length)]
    const noises = noise && sources.noises[Math.floor(noise.which * sources.noises.length)]
    const impulseLength = impulse
      ? Math.min(impulse[0]!.total, mostImpulseSeconds * sampleRate)
      : Math.ceil((room?.rt60 ?? 0) * sampleRate)
    const lead = Math.min(from, impulseLength)
    const first = Math.floor(((from - lead) * rate) / sampleRate)
    const last = Math.min(count, Math.ceil(((from + length) * rate) / sampleRate) + 1)
    return {
      ranges: [
        { entry: samples, first, length: last - first },
        ...(impulse ? [{ entry: impulse, first: 0, length: impulseLength }] : []),
        ...(noise && noises ? [rangeIn(noises, noise.at, length)] : [])
      ],
      /** `read`: a copy of each range, in their order. */
      made: (read: Iterator<Float32Array, undefined>): render.Example => {
        const next = () => read.next().value!
        return {
          samples: next(),
          speed: plan.speed,
          lead,
          length,
          start: isCropped ? 0 : start,
          room: impulse ? { impulse: next() } : room,
          noise:
            noise && noises
              ? { snr: noise.snr, samples: next() }
              : noise && { ...noise, color: augment.noise?.source === "pink" ? "pink" : "white" },
          masks: plan.masks
        }
      }
    }
  }

  return (indices: Int32Array, rng: Rng): Effect.Effect<Batch, DataError | PlatformError> =>
    Effect.suspend(() => {
      const chosen = Array.from(indices, (index) => exampleOf(index, rng))
      const perCall = Math.max(1, Math.ceil(chosen.length / (2 * Math.max(1, workers.threads))))
      return Effect.gen(function* () {
        const read = yield* Entry.read(chosen.flatMap(({ ranges }) => ranges))
        const copies = read.map(copied).values()
        const examples = chosen.map(({ made }) => made(copies))
        const tasks = Array.from(
          { length: Math.ceil(examples.length / perCall) },
          (_, i): render.Task => ({
            options,
            frames,
            examples: examples.slice(i * perCall, (i + 1) * perCall)
          })
        )
        const parts = yield* workers.all("renderAll", tasks)
        const inputs = new Float32Array(indices.length * frames * mels)
        parts.reduce((at, part) => (inputs.set(part, at), at + part.length), 0)
        return {
          size: indices.length,
          inputs,
          labels: Int32Array.from(indices, (index) => sources.recordings[index]!.label)
        }
      })
    })
}

/** Memory of its own, since what is held goes to threads only as far as it is needed. */
const copied = (values: Float32Array): Float32Array =>
  values.byteLength === values.buffer.byteLength ? values : values.slice()

/** `length` samples of a recording from a place in it on, or all of what is shorter. */
const rangeIn = (entry: Entry.Entry, at: number, length: number): Entry.Range => {
  const { total } = entry[0]!
  return total > length
    ? { entry, first: Math.floor(at * (total - length + 1)), length }
    : { entry, first: 0, length: total }
}
