import * as Schema from "effect/Schema"

/**
 * How many negatives and positives, by their weights, fell into which bin of scores; several classes
 * one after the other. Empty before the first batch.
 */
export interface Scores {
  readonly negatives: Float64Array
  readonly positives: Float64Array
}

/** Scores are rounded to 1/2048 of the limit on either side of 0; beyond the limit they count as it. */
const half = 2048
const bins = 2 * half + 1

export const empty: Scores = { negatives: new Float64Array(), positives: new Float64Array() }

/** Scores of this many classes, to be filled: a copy of `before`, or zeros. */
export const copyOf = ({ negatives, positives }: Scores, classes: number): Scores =>
  negatives.length > 0
    ? { negatives: negatives.slice(), positives: positives.slice() }
    : { negatives: new Float64Array(classes * bins), positives: new Float64Array(classes * bins) }

/** Counts a score in place. */
export const count = (
  into: Float64Array,
  score: number,
  {
    kind = 0,
    limit,
    weight = 1
  }: { readonly limit: number; readonly weight?: number; readonly kind?: number }
): void => {
  const bin = Math.round((score / limit) * half)
  const clamped = bin > half ? half : bin < -half ? -half : bin
  // A NaN is the worst score that there is.
  into[kind * bins + half + (Number.isNaN(clamped) ? -half : clamped)]! += weight
}

/** The number of classes that scores were counted for. */
export const classesOf = ({ positives }: Scores): number => positives.length / bins

/** What of one class has the same score. */
export interface Tie {
  /** As a part of the limit, from -1 to 1. */
  readonly score: number
  readonly negative: number
  readonly positive: number
}

/** The scores of a class that occur, from the largest to the smallest. */
export const tiesOf = ({ negatives, positives }: Scores, kind = 0): ReadonlyArray<Tie> => {
  const ties: Array<Tie> = []
  for (let i = (kind + 1) * bins - 1; i >= kind * bins; i--) {
    const score = (i - kind * bins - half) / half
    const tie = { score, negative: negatives[i] ?? 0, positive: positives[i] ?? 0 }
    if (tie.negative > 0 || tie.positive > 0) ties.push(tie)
  }
  return ties
}

const Counts = Schema.Record({ key: Schema.String, value: Schema.Number })

/** As checkpoints hold it: the bins that are not empty, by their distance from the bin of score 0. */
const Saved = Schema.Struct({
  negatives: Counts,
  positives: Counts,
  classes: Schema.optionalWith(Schema.Int, { exact: true })
})

const sparse = (counts: Float64Array): Record<string, number> => {
  const entries: Array<readonly [string, number]> = []
  counts.forEach((value, i) => {
    if (value !== 0) entries.push([String(i - half), value])
  })
  return Object.fromEntries(entries)
}

const dense = (counts: Readonly<Record<string, number>>, classes: number): Float64Array => {
  const all = new Float64Array(classes * bins)
  for (const [bin, value] of Object.entries(counts)) all[Number(bin) + half] = value
  return all
}

export const ScoresSchema: Schema.Schema<Scores, typeof Saved.Encoded> = Schema.transform(
  Saved,
  Schema.declare(
    (value): value is Scores =>
      typeof value === "object" && value !== null && "negatives" in value && "positives" in value
  ),
  {
    strict: true,
    decode: ({ classes = 1, negatives, positives }) => ({
      negatives: dense(negatives, classes),
      positives: dense(positives, classes)
    }),
    encode: (scores) => ({
      negatives: sparse(scores.negatives),
      positives: sparse(scores.positives),
      ...(classesOf(scores) > 1 && { classes: classesOf(scores) })
    })
  }
)
