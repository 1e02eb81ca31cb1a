import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as crypto from "node:crypto"
import * as Choice from "../config/Choice.js"
import { field } from "../config/Field.js"
import { t } from "../language/Text.js"
import { DataError } from "./DataError.js"
import type { SplitName } from "./Dataset.js"
import * as Pattern from "./Pattern.js"

/** What a split is decided by: of each example. */
export interface Splittable {
  readonly size: number
  /** What tells an example from all others: the name of a file, else the number of a row. */
  readonly keyOf: (index: number) => string | number
  /** What `byName` looks at, where that is not the key: the file of a row. */
  readonly nameOf?: (index: number) => string
  /** What must stay in one split: the recordings of a session, the rows of a patient. */
  readonly groupOf?: (index: number) => string | number
  /** The class, where labels are classes. */
  readonly classOf?: (index: number) => string | number
}

/** The split of each example: 0 is train, 1 validation, 2 test. */
export type Assignment = Uint8Array

/** The names of the splits, by the numbers of an assignment. */
export const names = ["train", "validation", "test"] as const satisfies ReadonlyArray<SplitName>
const [train, validation, test] = [0, 1, 2]

/** Divides examples into training, validation and test: a pure function of their keys, groups and classes. */
export interface Split {
  readonly assign: (examples: Splittable) => Either.Either<Assignment, string>
  /** Where it decides on each example by itself, so that nothing of all of them need be held. */
  readonly each?: Each
}

/** How each example is decided on. */
export interface Each {
  /** All that decides beside the examples. */
  readonly id: string
  /** The split of an example, by its index. */
  readonly splitOf: (examples: Splittable) => Either.Either<(index: number) => number, string>
}

const eachAlone = (...[id, splitOf]: readonly [string, Each["splitOf"]]): Split => ({
  assign: (examples) =>
    Either.map(splitOf(examples), (of) =>
      Uint8Array.from({ length: examples.size }, (_, i) => of(i))
    ),
  each: { id, splitOf }
})

/** A split, or what a config says of one. */
export type SplitOption = Split | { readonly name: string }

/**
 * Defines a way to split, which a config can name where it has `Split.oneOf`.
 *
 * @example
 * ```ts
 * import * as Either from "effect/Either"
 * import * as Schema from "effect/Schema"
 * import { Config, Split } from "holdfast"
 *
 * // Every n-th example is tested on, the one after it validates.
 * export const everyNth = Split.define("every_nth", {
 *   description: "Every n-th example.",
 *   fields: { n: Config.field(Schema.Int, 10, "How many examples apart.") },
 *   make: ({ n }) => ({
 *     assign: ({ size }) =>
 *       Either.right(Uint8Array.from({ length: size }, (_, i) => [2, 1][i % n] ?? 0))
 *   })
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Split>
) => Choice.define(name, definition)

/** A field of a config that names one of these ways to split; left out, the first of them. */
export const oneOf = <
  const Choices extends readonly [
    Choice.Choice.Any<Split>,
    ...ReadonlyArray<Choice.Choice.Any<Split>>
  ]
>(
  ...splits: Choices
) => Choice.oneOf("How examples are divided into training, validation and test.", ...splits)

const Share = Schema.Number.pipe(
  Schema.filter((share) =>
    share >= 0 && (share < 1 || Number.isInteger(share))
      ? undefined
      : t`a fraction from 0 to 1, or a whole number of examples`
  )
)
const shares = {
  validation: field(Share, 0.1, "A fraction, or a number of examples from 1 on."),
  test: field(Share, 0.1, "A fraction, or a number of examples from 1 on.")
}
const seed = field(Schema.Int, 0, "Another seed divides otherwise.")
const stratify = field(
  Schema.Boolean,
  false,
  "Divides each class by itself, so that every split has the same part of it."
)

/** Exact shares, drawn at random: adding examples may move others. */
export const random = define("random", {
  description:
    "Exact shares, drawn at random by the seed. Where examples are added, others may move to another split.",
  fields: { ...shares, stratify, seed },
  make: ({ seed, stratify, test: tested, validation: validated }): Split => ({
    assign: byPlace(seed, stratify, (all) => {
      const tests = countOf(tested, all.length)
      const [first, second] = [
        threshold(all, tests),
        threshold(all, tests + countOf(validated, all.length))
      ]
      return (place) => (place < first ? test : place < second ? validation : train)
    })
  })
})

/** By a hash of the key or the group: adding examples moves no other. */
export const hash = define("hash", {
  description:
    "By a hash of each example's key, or of its group: the shares are met approximately, and examples that are added or removed move no other.",
  fields: {
    validation: field(fraction(), 0.1, "The part that validates, about."),
    test: field(fraction(), 0.1, "The part that tests, about."),
    seed
  },
  make: ({ seed, test: tested, validation: validated }): Split =>
    eachAlone(JSON.stringify(["hash", validated, tested, seed]), (examples) => {
      const placeOf = placeBy(examples, seed)
      return Either.right((i) => ofPlace(placeOf(i), validated, tested))
    })
})

/** One of k folds of equal size. */
export const kFold = define("k_fold", {
  description:
    "Cross-validation: of as many folds of equal size, as far as groups allow, one is the test split, the next one validates, the others train. A run for each fold tests every example once.",
  fields: {
    folds: field(Schema.Int.pipe(Schema.greaterThan(2)), 5, "How many, 3 or more."),
    fold: field(Schema.Int.pipe(Schema.nonNegative()), 0, "Which one tests, from 0."),
    stratify,
    seed
  },
  check: ({ fold, folds }) =>
    fold < folds
      ? undefined
      : { path: ["fold"], message: t`there are ${folds} folds, from 0 to ${folds - 1}` },
  make: ({ fold, folds, seed, stratify }): Split => ({
    assign: byPlace(seed, stratify, (all) => {
      const ends = Array.from({ length: folds - 1 }, (_, i) =>
        threshold(all, Math.round((all.length * (i + 1)) / folds))
      )
      return (place) => {
        const own = ends.filter((end) => place >= end).length
        return own === fold ? test : own === (fold + 1) % folds ? validation : train
      }
    })
  })
})

/** The first examples train, the last ones test: for time series. */
export const ordered = define("ordered", {
  description:
    "In the order of the examples: the first train, then come those that validate, and the last ones test. For time series.",
  fields: shares,
  make: ({ test: tested, validation: validated }): Split => ({
    assign: ({ groupOf, size }) => {
      if (groupOf !== undefined) return Either.left(t`keeps the order, so leave out the groups`)
      const assignment = new Uint8Array(size)
      const last = Math.max(0, size - countOf(tested, size))
      assignment.fill(test, last)
      assignment.fill(validation, Math.max(0, last - countOf(validated, size)), last)
      return Either.right(assignment)
    }
  })
})

const PatternOrFraction = Schema.Union(Schema.NonEmptyString, fraction())

/** By patterns of the examples' keys, such as the names of files. */
export const byName = define("by_name", {
  description:
    "By patterns of the examples' names, such as their files and folders; what no pattern takes is divided by a hash of its name, or of its group.",
  fields: {
    test: field(
      PatternOrFraction,
      0.1,
      "A regular expression in the syntax of RE2: what it matches somewhere is tested on. Or a fraction."
    ),
    validation: field(PatternOrFraction, 0.1, "The same for what validates; the test goes first.")
  },
  make: ({ test: tested, validation: validated }): Split =>
    eachAlone(JSON.stringify(["by_name", validated, tested]), (examples) =>
      Either.gen(function* () {
        const isTest = yield* matcher("test", tested)
        const isValidation = yield* matcher("validation", validated)
        const placeOf = placeBy(examples, 0)
        const shareOf = (share: string | number) => (typeof share === "number" ? share : 0)
        return (i: number) => {
          const name = examples.nameOf?.(i) ?? String(examples.keyOf(i))
          if (isTest(name)) return test
          if (isValidation(name)) return validation
          return ofPlace(placeOf(i), shareOf(validated), shareOf(tested))
        }
      })
    )
})

/** The ways to split that come with Holdfast, the default first. */
export const builtIn = [random, hash, kFold, ordered, byName] as const

/** Divides as given: a name for each example. */
export const given = (each: ReadonlyArray<SplitName>): Split => ({
  assign: ({ size }) => {
    if (each.length !== size)
      return Either.left(t`names ${each.length} splits for ${size} examples`)
    const unknown = each.find((name) => !names.includes(name))
    return unknown === undefined
      ? Either.right(Uint8Array.from(each, (name) => names.indexOf(name)))
      : Either.left(t`names the split ${unknown}; there are ${names.join(", ")}`)
  }
})

/** The split of each example. `path` names the split in errors. */
export const assignment = (
  option: SplitOption,
  examples: Splittable,
  path = "split"
): Either.Either<Assignment, DataError> => {
  return Either.mapLeft(
    made(option).assign(examples),
    (detail) => new DataError({ reason: "Mismatch", path, detail })
  )
}

/** The split that a config names, or that is given. */
export const made = (option: SplitOption): Split =>
  "assign" in option ? option : Choice.made<Split>(option, builtIn)

/**
 * How many examples each split has. Fails if one of those `needed` is empty; examples of the others are made
 * to train. `path` names the split in errors.
 */
export const countsOf = (
  assignment: Assignment,
  needed: ReadonlyArray<SplitName> = names,
  path = "split"
): Either.Either<ReadonlyArray<number>, DataError> => {
  const counts = [0, 0, 0]
  const isNeeded = names.map((name) => needed.includes(name))
  for (let i = 0; i < assignment.length; i++) {
    if (!isNeeded[assignment[i]!]) assignment[i] = train
    counts[assignment[i]!]! += 1
  }
  const empty = counts.findIndex((count, i) => count === 0 && isNeeded[i])
  return empty === -1
    ? Either.right(counts)
    : Either.left(
        new DataError({
          reason: "Empty",
          path,
          detail: t`leaves no examples for ${names[empty]!} (${names.map((name, i) => `${name} ${counts[i]}`).join(", ")}); divide otherwise, or add examples`
        })
      )
}

/**
 * The indices of the examples of each split, in their order. Fails if one of those `needed` is empty;
 * examples of the others train. `path` names the split in errors.
 */
export const indices = (
  option: SplitOption,
  examples: Splittable,
  {
    needed = names,
    path = "split"
  }: { readonly needed?: ReadonlyArray<SplitName>; readonly path?: string } = {}
): Either.Either<Readonly<Record<SplitName, Int32Array>>, DataError> =>
  Either.gen(function* () {
    const splits = yield* assignment(option, examples, path)
    const counts = yield* countsOf(splits, needed, path)
    const all = counts.map((count) => new Int32Array(count))
    const filled = [0, 0, 0]
    splits.forEach((one, i) => (all[one]![filled[one]!++] = i))
    return { train: all[0]!, validation: all[1]!, test: all[2]! }
  })

/** A number from [0, 1) that depends on the key and the seed alone. */
export const placeOf = (key: string | number, seed = 0): number =>
  typeof key === "number" && Number.isSafeInteger(key)
    ? mixed(key, seed)
    : crypto
        .hash("sha256", seed === 0 ? String(key) : `${seed}/${key}`, "buffer")
        .readUIntBE(0, 6) /
      2 ** 48

/** The finaliser of MurmurHash3 on both halves of a key, twice: sha256 would take hours for 10⁹ rows. */
const mixed = (key: number, seed: number): number => {
  const [low, high] = [key | 0, Math.floor(key / 2 ** 32) | 0]
  const a = murmur(low ^ murmur(high ^ murmur(seed + 0x9e3779b9)))
  const b = murmur(a + low + 0x85ebca6b)
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992
}

const murmur = (x: number): number => {
  let h = x | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function fraction() {
  return Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))
}

const countOf = (share: number, size: number): number =>
  share < 1 ? Math.round(share * size) : share

/** The hash decides as it always has for recordings: the lowest validate, the highest test. */
const ofPlace = (place: number, validated: number, tested: number): number =>
  place >= 1 - tested ? test : place < validated * (1 - tested) ? validation : train

const placeBy = ({ groupOf, keyOf }: Splittable, seed: number): ((index: number) => number) => {
  if (groupOf === undefined) return (i) => placeOf(keyOf(i), seed)
  const known = new Map<string, number>()
  return (i) => {
    const group = groupOf(i)
    if (typeof group === "number") return placeOf(group, seed)
    const place = known.get(group) ?? placeOf(group, seed)
    known.set(group, place)
    return place
  }
}

const matcher = (field: string, given: string | number) =>
  typeof given === "number"
    ? Either.right<Pattern.Pattern>(() => false)
    : Either.mapLeft(Pattern.compile(given), (problem) => t`${field}: ${problem}`)

/** Where examples lie in [0, 1); those of a group lie at one place. */
interface Places {
  readonly length: number
  readonly at: (i: number) => number
}

/** So many places are sorted as they are; of more only those that are near the one looked for. */
const mostSorted = 1 << 20
const buckets = 1 << 16

/** The place that `rank` others lie below, were they sorted. */
const placeAt = ({ at, length }: Places, rank: number): number => {
  if (length <= mostSorted) return Float64Array.from({ length }, (_, i) => at(i)).sort()[rank]!
  const counts = new Float64Array(buckets)
  for (let i = 0; i < length; i++) counts[Math.floor(at(i) * buckets)]! += 1
  let [bucket, below] = [0, 0]
  while (below + counts[bucket]! <= rank) below += counts[bucket++]!
  const near = new Float64Array(counts[bucket]!)
  let filled = 0
  for (let i = 0; i < length; i++) {
    const place = at(i)
    if (Math.floor(place * buckets) === bucket) near[filled++] = place
  }
  return near.sort()[rank - below]!
}

/** The place below which `count` examples lie, and more where a group would be divided. */
const threshold = (places: Places, count: number): number => {
  if (count <= 0) return 0
  if (count >= places.length) return 1
  const last = placeAt(places, count - 1)
  let next = 1
  for (let i = 0; i < places.length; i++) {
    const place = places.at(i)
    if (place > last && place < next) next = place
  }
  return next
}

/** Divides all examples, or those of each class, by where their places lie among the others. */
const byPlace =
  (seed: number, stratify: boolean, divide: (all: Places) => (place: number) => number) =>
  (examples: Splittable): Either.Either<Assignment, string> => {
    const { classOf, groupOf, size } = examples
    if (stratify && classOf === undefined) {
      return Either.left(t`stratify is for labels that are classes`)
    }
    if (stratify && groupOf !== undefined) {
      return Either.left(t`stratify would divide groups: leave out one of the two`)
    }
    const placeOf = placeBy(examples, seed)
    // Found again each time where there are many, which takes less than their memory would.
    const held =
      size <= mostSorted ? Float64Array.from({ length: size }, (_, i) => placeOf(i)) : null
    const at = held === null ? placeOf : (i: number) => held[i]!
    const assignment = new Uint8Array(size)
    if (!stratify) {
      const splitOf = divide({ length: size, at })
      for (let i = 0; i < size; i++) assignment[i] = splitOf(at(i))
      return Either.right(assignment)
    }
    const members = new Map<string | number, Array<number>>()
    for (let i = 0; i < size; i++) {
      const own = members.get(classOf!(i))
      if (own === undefined) members.set(classOf!(i), [i])
      else own.push(i)
    }
    for (const own of members.values()) {
      const splitOf = divide({ length: own.length, at: (i) => at(own[i]!) })
      for (const i of own) assignment[i] = splitOf(at(i))
    }
    return Either.right(assignment)
  }
