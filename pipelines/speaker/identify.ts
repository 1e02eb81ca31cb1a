import * as Effect from "effect/Effect"
import { CommandLine, DataError, emit, Stage, type TrainedModel } from "holdfast"
import { SpeakerFolder } from "holdfast/audio"
import type { SpeakerConfig } from "./SpeakerConfig.js"

/** Who is talking in a recording, and the probability that the model gives to it. */
export interface Identity {
  readonly file: string
  readonly speaker: string
  readonly probability: number
}

/** So many windows of a recording are predicted at a time: two minutes or so. */
const windowsAtOnce = 256

/** Names the speaker of each WAV file given on the command line, and fails at the end if some cannot be read. */
export const identify = Stage.make("identify", {
  description: "name the speaker of each WAV file on the command line",
  run: (trained: TrainedModel<SpeakerConfig>) =>
    Effect.gen(function* () {
      const { args } = yield* CommandLine
      if (args.length === 0) {
        return yield* new DataError({
          reason: "Empty",
          path: "command line",
          detail: "name the WAV files: holdfast run pipelines/identify.ts recording.wav"
        })
      }
      const unreadable: Array<DataError> = []
      const identities: Array<Identity> = []
      for (const file of args) {
        yield* identifyFile(trained, file).pipe(
          Effect.map((identity) => identities.push(identity)),
          Effect.catchTag("DataError", (error) => {
            unreadable.push(error)
            const { message } = error
            return args.length === 1
              ? Effect.void
              : emit({ _tag: "Notice", level: "warning", message })
          })
        )
      }
      const [error] = unreadable
      if (error === undefined) return identities
      if (args.length === 1) return yield* error
      return yield* new DataError({
        reason: "Unreadable",
        path: unreadable.map(({ path }) => path).join(", "),
        detail: `${unreadable.length} of ${args.length} files could not be identified`
      })
    })
})

const identifyFile = Effect.fn("identifyFile")(function* (
  { config, classes, predict }: TrainedModel<SpeakerConfig>,
  file: string
) {
  const windows = yield* SpeakerFolder.utteranceFeatures(file, config.data)
  const size = config.data.frames * config.data.mels
  const sums = Array<number>(classes.length).fill(0)
  for (let at = 0; at < windows.length; at += windowsAtOnce * size) {
    const some = windows.subarray(at, at + windowsAtOnce * size)
    addRows(sums, yield* predict(some, some.length / size))
  }
  const probabilities = sums.map((sum) => sum / (windows.length / size))
  const probability = Math.max(...probabilities)
  const speaker = classes[probabilities.indexOf(probability)]!
  yield* emit({
    _tag: "Result",
    text: `${file}: ${speaker} (${(100 * probability).toFixed(1)} %)`,
    value: { file, speaker, probability }
  })
  const identity: Identity = { file, speaker, probability }
  return identity
})

/** Adds each row of a matrix to `sums`, of its width. */
const addRows = (sums: Array<number>, matrix: Float32Array): void =>
  matrix.forEach((value, i) => {
    sums[i % sums.length]! += value
  })
