import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as Folder from "../io/Folder.js"
import * as TemporaryName from "../io/TemporaryName.js"
import { t } from "../language/Text.js"
import * as Observer from "../events/Observer.js"
import { DataError } from "../data/DataError.js"
import { yieldToEventLoop } from "../io/EventLoop.js"
import type { SyntheticConfig } from "./SpeakerData.js"
import * as Random from "./SyntheticVoices/Random.js"
import { sampleRate, utterance } from "./SyntheticVoices/Synthesis.js"
import * as Voice from "./SyntheticVoices/Voice.js"
import * as Wav from "./Wav.js"

/** Changes whenever the same configuration would make other recordings. */
const version = 1

/** The file that says what a folder of synthetic voices is, written last. */
const markerName = "synthetic-voices.json"

/** One recording of the corpus: where it goes, and which it is. */
interface Place {
  readonly folder: string
  readonly file: string
  readonly speaker: number
  readonly utterance: number
}

/**
 * The recordings of a corpus. They are named in the manner of the Free Spoken Digit Dataset,
 * `{group}_{voice}_{index}.wav` with 50 to a group, so that one rule of division fits both.
 */
const places = ({ speakers, utterances }: SyntheticConfig): ReadonlyArray<Place> =>
  Array.from({ length: speakers * utterances }, (_, i) => {
    const speaker = Math.floor(i / utterances)
    const utterance = i % utterances
    const number = String(speaker + 1).padStart(Math.max(2, String(speakers).length), "0")
    const file = `${Math.floor(utterance / 50)}_voice${number}_${utterance % 50}.wav`
    return { folder: `voice_${number}`, file, speaker, utterance }
  })

/** The bytes of a recording: a function of seed, speaker and utterance alone. */
const recording = (seed: number, { speaker, utterance: index }: Place): Uint8Array =>
  Wav.encode(utterance(Voice.make(seed, speaker), Random.make(seed, speaker, index)), sampleRate)

/**
 * The folder of the synthetic voices that `config` asks for, in the layout
 * `<folder>/<speaker>/*.wav`. They are made if they are missing or incomplete; the folder
 * appears only when complete, so that neither a crash nor a second process does harm.
 */
export const provide = Effect.fn("SyntheticVoices.provide")(function* (config: SyntheticConfig) {
  const path = yield* Path.Path
  const { folder, seed, speakers, utterances } = config
  const root = path.join(folder, `${speakers}x${utterances}-seed${seed}-v${version}`)
  return yield* Effect.as(ensure(root, config), root).pipe(
    Effect.mapError((error) =>
      error._tag === "DataError"
        ? error
        : new DataError({
            reason: "Unreadable",
            path: root,
            detail: t`synthetic voices cannot be kept there; change data.synthetic.folder (${error.message})`
          })
    )
  )
})

const ensure = Effect.fnUntraced(function* (root: string, config: SyntheticConfig) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (yield* fs.exists(root)) {
    const marker = yield* Effect.option(fs.readFileString(path.join(root, markerName)))
    if (marker._tag === "None") {
      return yield* new DataError({
        reason: "Mismatch",
        path: root,
        detail: t`is not a folder of synthetic voices: it has no ${markerName}; move it away, or change data.synthetic.folder`
      })
    }
    if (marker.value === markerText(config, yield* digestOnDisk(root, config))) return
    yield* notice("warning", t`the synthetic voices in ${root} were changed and are made again`)
    yield* fs.remove(root, { recursive: true, force: true })
  } else {
    const { speakers, utterances } = config
    yield* notice(
      "info",
      t`making ${utterances} recordings of each of ${speakers} synthetic voices in ${root}`
    )
  }
  yield* make(root, config)
})

/** Makes the corpus under a temporary name and moves it to its place. */
const make = Effect.fnUntraced(function* (root: string, config: SyntheticConfig) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* Folder.make(config.folder)
  yield* sweep(config.folder)
  const temporary = TemporaryName.make(root)
  yield* Effect.gen(function* () {
    const hash = createHash("sha256")
    for (const place of places(config)) {
      const folder = path.join(temporary, place.folder)
      if (place.utterance === 0) yield* fs.makeDirectory(folder, { recursive: true })
      const bytes = recording(config.seed, place)
      hash.update(bytes)
      yield* fs.writeFile(path.join(folder, place.file), bytes)
      yield* yieldToEventLoop
    }
    const marker = path.join(temporary, markerName)
    yield* fs.writeFileString(marker, markerText(config, hash.digest("hex")))
    yield* fs.rename(temporary, root).pipe(
      // Another process, making the very same, was first.
      Effect.catchIf(
        () => true,
        (error) => Effect.unlessEffect(Effect.fail(error), fs.exists(path.join(root, markerName)))
      )
    )
  }).pipe(Effect.ensuring(Effect.ignore(fs.remove(temporary, { recursive: true, force: true }))))
})

/** Removes what processes that are no more left half made. */
const sweep = Effect.fnUntraced(function* (folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const name of yield* fs.readDirectory(folder)) {
    const temporary = TemporaryName.parse(name)
    if (temporary && !TemporaryName.inUse(temporary)) {
      yield* fs.remove(path.join(folder, name), { recursive: true, force: true })
    }
  }
})

/** The sha256 over the recordings that are there. */
const digestOnDisk = Effect.fnUntraced(function* (root: string, config: SyntheticConfig) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const hash = createHash("sha256")
  for (const { file, folder } of places(config)) {
    const bytes = yield* Effect.option(fs.readFile(path.join(root, folder, file)))
    if (bytes._tag === "Some") hash.update(bytes.value)
    yield* yieldToEventLoop
  }
  return hash.digest("hex")
})

const markerText = ({ seed, speakers, utterances }: SyntheticConfig, sha256: string): string =>
  JSON.stringify(
    {
      what: "Synthetic voices, made by Holdfast: no person said this.",
      version,
      speakers,
      utterances,
      seed,
      sample_rate: sampleRate,
      sha256
    },
    null,
    2
  )

const notice = (level: "info" | "warning", message: string) =>
  Observer.emit({ _tag: "Notice", level, code: "Data", message })
