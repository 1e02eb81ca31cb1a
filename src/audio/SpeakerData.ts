import * as Schema from "effect/Schema"
import { field, mayChange } from "../config/Field.js"
import { AugmentConfig, off } from "./augment/AugmentConfig.js"
import { defaultSplit, SplitConfig } from "./SpeakerFolder/SplitConfig.js"

const intBetween = (low: number, high: number) =>
  Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(low), Schema.lessThanOrEqualTo(high))
const between = (low: number, high: number) =>
  Schema.Number.pipe(Schema.greaterThanOrEqualTo(low), Schema.lessThanOrEqualTo(high))

/** Which synthetic voices are made, and where. */
export const SyntheticConfig = Schema.Struct({
  speakers: field(intBetween(2, 1000), 8, "How many voices."),
  utterances: field(
    intBetween(1, 500),
    200,
    "Recordings of each voice, about 1.2 seconds long; named 0_voice01_0.wav to 0_voice01_49.wav, then 1_voice01_0.wav and so on."
  ),
  seed: field(
    intBetween(0, 2 ** 31 - 1),
    1,
    "Which voices; the same seed makes the same recordings to the byte."
  ),
  folder: mayChange(
    field(
      Schema.NonEmptyString,
      ".cache/voices",
      "The folder for them, relative to the working directory; each choice of the other fields gets a folder of its own inside."
    )
  )
})
export type SyntheticConfig = typeof SyntheticConfig.Type

const synthetic = { speakers: 8, utterances: 200, seed: 1, folder: ".cache/voices" } as const

const data = Schema.Struct({
  root: field(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "The folder that holds one folder of recordings a speaker (WAV, FLAC, MP3, Ogg), in folders of sessions or not; null: synthetic voices, made by Holdfast itself."
  ),
  synthetic: field(SyntheticConfig, synthetic, "The synthetic voices to use where root is null."),
  sample_rate: field(
    intBetween(4000, 96_000),
    8000,
    "In Hz; recordings at another rate are resampled."
  ),
  mels: field(intBetween(1, 256), 40, "Mel bands of a frame."),
  window_ms: field(between(5, 200), 25, "The length of a frame, in milliseconds."),
  hop_ms: field(
    between(1, 200),
    10,
    "From the beginning of one frame to that of the next, in milliseconds."
  ),
  frames: field(
    intBetween(1, 10_000),
    98,
    "Frames of an example: longer recordings are cropped (at random in training, centred otherwise), shorter ones repeated."
  ),
  split: field(
    SplitConfig,
    defaultSplit,
    "How recordings are divided into training, validation and test; the name alone stands for its defaults."
  ),
  group: field(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "A regular expression on `speaker/file`, in the syntax of RE2: recordings of which it matches the same text (its first group, where it has one) stay in one split. `^[^/]+/[^/]+` is the folder of a session, `^[^/]+` the speaker. For named splits but by_recording and ordered."
  ),
  augment: field(
    AugmentConfig,
    off,
    "How training examples are changed at random; validation and test see recordings as they are."
  ),
  cache_dir: mayChange(
    field(
      Schema.NonEmptyString,
      ".cache/features",
      "The folder where computed features are kept, relative to the working directory; it may be deleted at any time. Training holds 256 MiB of them in memory and reads the rest from there: a hundred hours of speech take 6 GB of it, and 12 GB more where augment changes samples."
    )
  )
}).annotations({ description: "Which recordings to learn from, and how." })

// Interfaces, since an error of the compiler shows them by name, and other types field by field.
export interface SpeakerData extends Schema.Schema.Type<typeof data> {}
export interface SpeakerDataEncoded extends Schema.Schema.Encoded<typeof data> {}

/** The `data` section of a configuration for speech of some speakers, `<root>/<speaker>/*.wav`. */
export const SpeakerData: Schema.Schema<SpeakerData, SpeakerDataEncoded> = data
