import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { DataError } from "../../DataError.js"
import type { SplitName } from "../../Dataset.js"
import type { SplitConfig } from "../SpeakerData.js"
import * as Pattern from "./Pattern.js"

/** What a split is decided by: the names of a recording, never its place in a list. */
export interface Named {
  readonly speaker: string
  readonly file: string
}

/**
 * The split of each recording. Files that are added or removed move no other, but for the first
 * file that `test_pattern` matches.
 *
 * Fails if a split is empty or a speaker has no training data, naming the field to change.
 */
export const assign = (
  recordings: ReadonlyArray<Named>,
  config: SplitConfig
): Either.Either<ReadonlyArray<SplitName>, DataError> =>
  Either.gen(function* () {
    const matches = yield* pattern(config)
    const matched = recordings.map(({ file }) => matches(file))
    const byPattern = matched.includes(true)
    const splits = recordings.map((recording, i): SplitName => {
      const place = hash(recording)
      const isTest = byPattern ? matched[i]! : place >= 1 - config.test_fraction
      if (isTest) return "test"
      const rest = byPattern ? 1 : 1 - config.test_fraction
      return place < config.validation_fraction * rest ? "validation" : "train"
    })
    yield* check(recordings, splits, byPattern)
    return splits
  })

/** What `test_pattern` matches; it can be wrong, which is better said before anything is computed. */
export const pattern = ({
  test_pattern
}: SplitConfig): Either.Either<Pattern.Pattern, DataError> =>
  test_pattern === null
    ? Either.right(() => false)
    : Either.mapLeft(
        Pattern.compile(test_pattern),
        (problem) =>
          new DataError({
            reason: "Mismatch",
            path: "data.split.test_pattern",
            detail: `${problem}; write a regular expression, or null`
          })
      )

/** A number from [0, 1) that depends on the names alone. */
const hash = ({ file, speaker }: Named): number =>
  createHash("sha256").update(`${speaker}/${file}`).digest().readUIntBE(0, 6) / 2 ** 48

const check = (
  recordings: ReadonlyArray<Named>,
  splits: ReadonlyArray<SplitName>,
  byPattern: boolean
): Either.Either<void, DataError> => {
  const testField = byPattern ? "test_pattern" : "test_fraction"
  const fields = { train: testField, validation: "validation_fraction", test: testField } as const
  for (const split of ["train", "validation", "test"] as const) {
    if (!splits.includes(split)) {
      const change = split === "train" || byPattern ? "change" : "raise"
      return empty(fields[split], `leaves no recordings for ${split}; ${change} it`)
    }
  }
  const trained = new Set(
    recordings.flatMap(({ speaker }, i) => (splits[i] === "train" ? speaker : []))
  )
  const untrained = recordings.find(({ speaker }) => !trained.has(speaker))
  return untrained === undefined
    ? Either.void
    : empty(
        testField,
        `leaves no training recordings of speaker ${untrained.speaker}; change it, or validation_fraction, or add recordings`
      )
}

const empty = (field: keyof SplitConfig, detail: string) =>
  Either.left(new DataError({ reason: "Empty", path: `data.split.${field}`, detail }))
