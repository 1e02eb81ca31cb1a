import * as Effect from "effect/Effect"
import { CommandLine, DataError, emit, SpeakerFolder, Stage, type Trained } from "holdfast"
import type { SpeakerConfig } from "./SpeakerConfig.js"

/** Who is talking in a recording, and the probability that the model gives to it. */
export interface Identity {
  readonly file: string
  readonly speaker: string
  readonly probability: number
}

/** Names the speaker of each WAV file given on the command line. */
export const identify = Stage.make("identify", {
  description: "name the speaker of each WAV file on the command line",
  run: (trained: Trained<SpeakerConfig>) =>
    Effect.gen(function* () {
      const { args } = yield* CommandLine
      if (args.length === 0) {
        return yield* new DataError({
          reason: "Empty",
          path: "command line",
          detail: "name the WAV files: holdfast run pipelines/identify.ts recording.wav"
        })
      }
      return yield* Effect.forEach(args, (file) => identifyFile(trained, file))
    })
})

const identifyFile = Effect.fn("identifyFile")(function* (
  { config, classes, predict }: Trained<SpeakerConfig>,
  file: string
) {
  const windows = yield* SpeakerFolder.utteranceFeatures(file, config.data)
  const count = windows.length / (config.data.frames * config.data.mels)
  const probabilities = meanRow(yield* predict(windows, count), count)
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

/** The mean over the rows of a matrix [count, width]. */
const meanRow = (matrix: Float32Array, count: number): ReadonlyArray<number> => {
  const width = matrix.length / count
  return Array.from({ length: width }, (_, column) => {
    let sum = 0
    for (let row = 0; row < count; row++) sum += matrix[row * width + column]!
    return sum / count
  })
}
