import type * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { english, t } from "../language/Text.js"
import type { Observer } from "../events/Observer.js"
import { DataError } from "../data/DataError.js"
import type { Dataset, Examples, SplitName } from "../data/Dataset.js"
import { changesSamples } from "./augment/AugmentConfig.js"
import { applyMasks, drawMasks, type SpecAugment } from "./augment/specAugment.js"
import * as Extractor from "./Extractor.js"
import * as Entry from "./FeatureCache/Entry.js"
import * as LogMel from "./LogMel.js"
import * as LogMelInput from "./LogMelInput.js"
import type { SpeakerData } from "./SpeakerData.js"
import * as Augmented from "./SpeakerFolder/Augmented.js"
import * as Division from "./SpeakerFolder/Division.js"
import * as Recordings from "./SpeakerFolder/Recordings.js"
import * as Scan from "./SpeakerFolder/Scan.js"
import * as SyntheticVoices from "./SyntheticVoices.js"
import * as Windows from "./Windows.js"

/** The `data` section of a config; in code, `split` may be any of `Split`. */
export type SpeakerSource = Omit<SpeakerData, "split"> & Division.Options

/**
 * Loads speech in the layout `<root>/<speaker>/*.wav`, or FLAC, MP3 and Ogg, also in folders of sessions
 * below the speaker's; or synthetic voices where `root` is null. Examples are log-mel spectrograms
 * [frames, mels], labelled with the index of the speaker in the order of names; in training they are
 * changed as `augment` says. Features that are too many for memory are read from the cache's files, open until the scope closes.
 *
 * What cannot be used is skipped and told to the observer. Fails if nothing can be learned from what
 * is left: fewer than two speakers, an empty split, a speaker with nothing to train on.
 */
export const speakerFolder = Effect.fn("speakerFolder")(function* (config: {
  readonly data: SpeakerSource
}) {
  const { data } = config
  const path = yield* Path.Path
  const options = yield* featureOptions(data)
  const divide = yield* Division.make(data)
  const root = data.root ?? (yield* SyntheticVoices.provide(data.synthetic))
  const speakers = yield* Scan.scan(root)
  const recordings = yield* Recordings.read(speakers, options, data.cache_dir, root)
  const splits = yield* divide(recordings)
  const of = (split: SplitName) => recordings.filter((_, i) => splits[i] === split)
  const examples = (split: SplitName, masks: SpecAugment | null = null) =>
    makeExamples(of(split), data, masks, ({ file, label }) =>
      path.resolve(speakers[label]!.folder, file)
    )
  const augmenting = {
    augment: data.augment,
    options,
    frames: data.frames,
    cacheFolder: data.cache_dir,
    root
  }
  const additions = yield* Augmented.additions(augmenting)
  const train = changesSamples(data.augment)
    ? yield* Augmented.make(examples("train"), of("train"), speakers, additions, augmenting)
    : examples("train", data.augment.spec_augment)
  const classes = speakers.map(({ name }) => name)
  const dataset: Dataset = {
    name: data.root === null ? english`synthetic voices` : path.basename(path.resolve(root)),
    fingerprint: fingerprint(recordings, splits, classes, {
      ...options,
      frames: data.frames,
      ...addedTo(additions)
    }),
    inputShape: [data.frames, data.mels],
    labelShape: [],
    classes,
    preprocessing: { ...LogMelInput.of(data) },
    train,
    validation: examples("validation"),
    test: examples("test")
  }
  return dataset
}) satisfies (config: {
  readonly data: SpeakerSource
}) => Effect.Effect<Dataset, DataError, FileSystem.FileSystem | Path.Path | Observer | Scope.Scope>

/**
 * The features of one WAV file as a model trained on `data` wants them: windows that cover the whole
 * recording, [windows, frames, mels], whose predictions are to be averaged.
 */
export const utteranceFeatures = (path: string, data: LogMelInput.Parameters) =>
  Effect.zipRight(featureOptions(data), LogMelInput.ofFile(path, data))

const featureOptions = (data: LogMelInput.Parameters): Effect.Effect<LogMel.Options, DataError> => {
  const options = LogMelInput.optionsOf(data)
  const empty = LogMel.emptyBands(options)
  return empty === 0
    ? Effect.succeed(options)
    : Effect.fail(
        new DataError({
          reason: "Mismatch",
          path: "data.mels",
          detail: t`${empty} of ${data.mels} bands would be too narrow to hold any frequency; use fewer, or a longer data.window_ms`
        })
      )
}

const makeExamples = (
  recordings: ReadonlyArray<Recordings.Recording>,
  data: LogMelInput.Parameters & Pick<SpeakerData, "cache_dir">,
  augment: SpecAugment | null,
  pathOf: (recording: Recordings.Recording) => string
): Examples => ({
  size: recordings.length,
  ahead: recordings.every(({ features }) => features.every(({ memory }) => memory)) ? 1 : readAhead,
  describe: (index) => {
    const recording = recordings[index]!
    return {
      name: `${recording.speaker}/${recording.file}`,
      path: pathOf(recording),
      ...excerpt(recording, data)
    }
  },
  batch: (indices, draw) =>
    Effect.gen(function* () {
      const { frames, mels } = data
      const chosen = Array.from(indices, (index) => {
        const { features, label } = recordings[index]!
        const rows = features[0]!.total / mels
        const start = Windows.startOf(rows, frames, draw)
        // What is shorter than a window is repeated, and so needed as a whole.
        const [first, length] = rows > frames ? [start, frames] : [0, rows]
        return {
          entry: features,
          label,
          first: first * mels,
          length: length * mels,
          start: start - first,
          masks: augment !== null && draw ? drawMasks(augment, frames, mels, draw) : null
        }
      })
      const features = yield* Entry.read(chosen)
      const inputs = windows(
        chosen.map(({ start }, i) => ({ features: features[i]!, start })),
        data
      )
      for (const [i, { masks }] of chosen.entries()) {
        if (masks !== null) applyMasks(inputs, i * frames * mels, frames, mels, masks)
      }
      return {
        size: chosen.length,
        inputs,
        labels: Int32Array.from(chosen, ({ label }) => label)
      }
    }).pipe(Effect.mapError(({ message }) => Recordings.gone(data.cache_dir, message)))
})

/** The seconds of a recording that its example without augmentation is of. */
const excerpt = ({ features }: Recordings.Recording, data: LogMelInput.Parameters) => {
  const { hop, window } = LogMel.geometry(LogMelInput.optionsOf(data))
  const rows = features[0]!.total / data.mels
  const first = Windows.startOf(rows, data.frames)
  const last = first + Math.min(rows, data.frames) - 1
  return {
    from: (first * hop) / data.sample_rate,
    to: (last * hop + window) / data.sample_rate
  }
}

/** Batches that are read ahead where features are read from files: a disk that others use keeps some steps waiting. */
const readAhead = 16

/** [parts, frames, mels] */
const windows = (
  parts: ReadonlyArray<{ readonly features: Windows.Features; readonly start: number }>,
  { frames, mels }: LogMelInput.Parameters
): Float32Array => {
  const target = new Float32Array(parts.length * frames * mels)
  parts.forEach(({ features, start }, i) =>
    Windows.copyWindow(features, mels, start, frames, target, i * frames * mels)
  )
  return target
}

/** What is added to recordings belongs to the data, too. */
const addedTo = ({ impulses, noises }: Augmented.Additions) =>
  impulses.length + noises.length === 0
    ? {}
    : {
        noises: noises.map(({ hash }) => hash),
        impulses: impulses.map(({ hash }) => hash)
      }

const fingerprint = (
  recordings: ReadonlyArray<Recordings.Recording>,
  splits: ReadonlyArray<SplitName>,
  classes: ReadonlyArray<string>,
  parameters: object
): string => {
  const hash = createHash("sha256")
  hash.update(JSON.stringify({ version: Extractor.version, parameters, classes }))
  recordings.forEach((recording, i) =>
    hash.update(`\n${splits[i]} ${recording.label} ${recording.hash}`)
  )
  return hash.digest("hex")
}
