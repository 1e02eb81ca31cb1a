import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { DataError } from "../../data/DataError.js"
import type { SplitName } from "../../data/Dataset.js"
import * as Pattern from "../../data/Pattern.js"
import * as Split from "../../data/Split.js"
import * as Observer from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import * as RecordingSplit from "./Split.js"
import type { SplitConfig } from "./SplitConfig.js"

/** How recordings are divided: by a config, or by a split made in code. */
export interface Options {
  readonly split: SplitConfig | RecordingSplit.Fractions | Split.Split
  /** A pattern of what must stay in one split. */
  readonly group: string | null
}

interface Named extends RecordingSplit.Named {
  readonly label: number
}

/** The split of each recording. */
export type Divide = (
  recordings: ReadonlyArray<Named>
) => Effect.Effect<ReadonlyArray<SplitName>, DataError, Observer.Observer>

/** Fails with what is wrong with the options, which is better said before anything is computed. */
export const make = ({ group, split }: Options): Either.Either<Divide, DataError> => {
  if (!isFractions(split)) {
    return Either.map(
      groupBy(group),
      (groupOf) => (recordings) => bySplit(recordings, split, groupOf)
    )
  }
  return group === null
    ? Either.map(
        RecordingSplit.pattern(split),
        () => (recordings) => byFractions(recordings, split)
      )
    : refuse(
        "data.group",
        t`is for a named split: set data.split to hash, k_fold, random or by_name`
      )
}

const isFractions = (split: Options["split"]): split is RecordingSplit.Fractions =>
  "test_fraction" in split

const refuse = (path: string, detail: string) =>
  Either.left(new DataError({ reason: "Mismatch", path, detail }))

const groupBy = (group: string | null) =>
  group === null
    ? Either.right(undefined)
    : Either.orElse(Pattern.compileCapture(group), (problem) =>
        refuse("data.group", t`${problem}; write a regular expression, or null`)
      )

const pathOf = ({ file, speaker }: Named): string => `${speaker}/${file}`

const byFractions = Effect.fnUntraced(function* (
  recordings: ReadonlyArray<Named>,
  fractions: RecordingSplit.Fractions
) {
  const { moved, splits } = yield* RecordingSplit.assign(recordings, fractions)
  if (moved.length > 0) {
    const some = moved
      .slice(0, 5)
      .map(({ recording, to }) => t`${recording.speaker}/${recording.file} to ${to}`)
    const more = moved.length > some.length ? t`, and ${moved.length - some.length} more` : ""
    yield* notice(
      "info",
      t`the fractions of data.split leave a split empty or a speaker untrained, so these recordings move: ${some.join(", ")}${more}`
    )
  }
  return splits
})

const bySplit = Effect.fnUntraced(function* (
  recordings: ReadonlyArray<Named>,
  split: Split.SplitOption,
  capture: Pattern.Capture | undefined
) {
  const paths = recordings.map(pathOf)
  const ungrouped = capture && paths.find((path) => capture(path) === null)
  if (ungrouped !== undefined) {
    return yield* new DataError({
      reason: "Mismatch",
      path: "data.group",
      detail: t`matches nothing of ${ungrouped}`
    })
  }
  const indices = yield* Split.indices(
    split,
    {
      size: recordings.length,
      keyOf: (i) => paths[i]!,
      classOf: (i) => recordings[i]!.label,
      ...(capture && { groupOf: (i: number) => capture(paths[i]!)! })
    },
    { path: "data.split" }
  )
  const splits = Array.from(paths, (): SplitName => "train")
  for (const name of Split.names) for (const i of indices[name]) splits[i] = name
  const all = new Map(recordings.map(({ label, speaker }) => [label, speaker]))
  const trained = new Set(Array.from(indices.train, (i) => recordings[i]!.label))
  const unheard = [...all].filter(([label]) => !trained.has(label))
  if (unheard.length > 0) {
    yield* notice(
      "warning",
      t`${unheard.length} of ${all.size} speakers have no recording to train on, such as ${unheard[0]![1]}: right for verification, not for identification`
    )
  }
  return splits
})

const notice = (level: "info" | "warning", message: string) =>
  Observer.emit({ _tag: "Notice", level, code: "Data", message })
