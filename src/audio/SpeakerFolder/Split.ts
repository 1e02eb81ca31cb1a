import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import { DataError } from "../../data/DataError.js"
import type { SplitName } from "../../data/Dataset.js"
import * as Pattern from "../../data/Pattern.js"
import { placeOf } from "../../data/Split.js"

/** How much validates and tests, and which files do. */
export interface Fractions {
  readonly test_pattern: string | null
  readonly validation_fraction: number
  readonly test_fraction: number
}

/** What a split is decided by: the names of a recording, never its place in a list. */
export interface Named {
  readonly speaker: string
  /** Its path in the speaker's folder. */
  readonly file: string
}

/** The split of each recording, and which ones had to move so that nothing is missing. */
export interface Assignment {
  readonly splits: ReadonlyArray<SplitName>
  readonly moved: ReadonlyArray<{ readonly recording: Named; readonly to: SplitName }>
}

/**
 * Assigns each recording to a split by a hash of its name. Files that are added or removed move no
 * other, but for the first file that `test_pattern` matches.
 *
 * In a small set the hash may leave a split empty, or a speaker without training data: then as few
 * recordings as possible move, never to or from what `test_pattern` has chosen. Fails if that is not
 * enough, naming the field to change or what is needed at least.
 */
export const assign = (
  recordings: ReadonlyArray<Named>,
  config: Fractions
): Either.Either<Assignment, DataError> =>
  Either.gen(function* () {
    const matches = yield* pattern(config)
    const matched = recordings.map(({ file }) => matches(file.slice(file.lastIndexOf("/") + 1)))
    const byPattern = matched.includes(true)
    const places = recordings.map(({ file, speaker }) => placeOf(`${speaker}/${file}`))
    const splits = recordings.map((_, i): SplitName => {
      const place = places[i]!
      const isTest = byPattern ? matched[i]! : place >= 1 - config.test_fraction
      if (isTest) return "test"
      const rest = byPattern ? 1 : 1 - config.test_fraction
      return place < config.validation_fraction * rest ? "validation" : "train"
    })
    const filled = fill(recordings, places, splits, byPattern)
    yield* check(recordings, filled, byPattern)
    const moved = recordings.flatMap((recording, i) =>
      filled[i] === splits[i] ? [] : [{ recording, to: filled[i]! }]
    )
    return { splits: filled, moved }
  })

/** What `test_pattern` matches; it can be wrong, which is better said before anything is computed. */
export const pattern = ({
  test_pattern
}: Pick<Fractions, "test_pattern">): Either.Either<Pattern.Pattern, DataError> =>
  test_pattern === null
    ? Either.right(() => false)
    : Either.mapLeft(
        Pattern.compile(test_pattern),
        (problem) =>
          new DataError({
            reason: "Mismatch",
            path: "data.split.test_pattern",
            detail: t`${problem}; write a regular expression, or null`
          })
      )

/** Moves recordings until each speaker has one to train on and no split is empty, as far as it goes. */
const fill = (
  recordings: ReadonlyArray<Named>,
  places: ReadonlyArray<number>,
  before: ReadonlyArray<SplitName>,
  byPattern: boolean
): ReadonlyArray<SplitName> => {
  const splits = [...before]
  const speakerOf = (i: number) => recordings[i]!.speaker
  const isFree = (i: number) => !(byPattern && splits[i] === "test")
  const count = (split: SplitName) => splits.filter((one) => one === split).length
  /** Moves the recording that can be spared and whose hash is nearest to that of the split. */
  const move = (to: SplitName, target: number, canSpare: (i: number) => boolean) => {
    const [chosen] = recordings
      .flatMap((_, i) => (splits[i] !== to && isFree(i) && canSpare(i) ? [i] : []))
      .sort((a, b) => Math.abs(places[a]! - target) - Math.abs(places[b]! - target))
    if (chosen !== undefined) splits[chosen] = to
    return chosen !== undefined
  }

  const trained = new Set(speakersOf(recordings, splits))
  for (const { speaker } of recordings) {
    if (trained.has(speaker)) continue
    move("train", 0.5, (i) => speakerOf(i) === speaker)
    trained.add(speaker)
  }
  const others = byPattern ? (["validation"] as const) : (["validation", "test"] as const)
  for (const split of others) {
    if (count(split) > 0) continue
    const target = split === "validation" ? 0 : 1
    const files = new Map<string, number>()
    for (const speaker of speakersOf(recordings, splits)) {
      files.set(speaker, (files.get(speaker) ?? 0) + 1)
    }
    const fromTraining = (i: number) => splits[i] === "train" && files.get(speakerOf(i))! > 1
    const fromOther = (i: number) => splits[i] !== "train" && count(splits[i]!) > 1
    if (!move(split, target, fromTraining)) move(split, target, fromOther)
  }
  return splits
}

/** The speakers of the recordings to train on. */
const speakersOf = (
  recordings: ReadonlyArray<Named>,
  splits: ReadonlyArray<SplitName>
): ReadonlyArray<string> =>
  recordings.flatMap(({ speaker }, i) => (splits[i] === "train" ? speaker : []))

const check = (
  recordings: ReadonlyArray<Named>,
  splits: ReadonlyArray<SplitName>,
  byPattern: boolean
): Either.Either<void, DataError> => {
  const trained = new Set(speakersOf(recordings, splits))
  const untrained = recordings.find(({ speaker }) => !trained.has(speaker))
  if (untrained !== undefined) {
    return empty(
      "data.split.test_pattern",
      t`leaves no training recordings of speaker ${untrained.speaker}; change it, or add recordings`
    )
  }
  const speakers = new Set(recordings.map(({ speaker }) => speaker)).size
  return (["validation", "test"] as const).every((split) => splits.includes(split))
    ? Either.void
    : empty(
        "data.root",
        t`${recordings.length} recordings of ${speakers} speakers are too few: each speaker needs one to train on, and validation ${byPattern ? t`needs one` : t`and test need one each`} more. Add recordings, so that there are at least ${speakers + (byPattern ? 1 : 2)}` +
          (byPattern ? t` beside those that data.split.test_pattern matches` : "")
      )
}

const empty = (path: string, detail: string) =>
  Either.left(new DataError({ reason: "Empty", path, detail }))
