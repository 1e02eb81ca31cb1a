import * as Schema from "effect/Schema"
import * as tf from "../../tf.js"
import type { Metric } from "./Metric.js"
import { copyOf, count, empty, ScoresSchema, tiesOf, type Scores, type Tie } from "./scores.js"

/**
 * What a verification of speakers, or of anything that has an identity, is measured on: trials, each of
 * which has a score and is a target (the same speaker) or not.
 */
export interface Trials {
  readonly scores: ArrayLike<number>
  /** 1, or true, for a target. */
  readonly targets: ArrayLike<number | boolean>
}

/** The share of non-targets accepted, and of targets rejected, at one threshold. */
interface Errors {
  readonly falseAccepts: number
  readonly falseRejects: number
}

/** At each threshold, from one that rejects all to one that accepts all. */
const errorsOf = (ties: ReadonlyArray<Tie>): ReadonlyArray<Errors> => {
  const negatives = ties.reduce((sum, { negative }) => sum + negative, 0)
  const positives = ties.reduce((sum, { positive }) => sum + positive, 0)
  let accepted = { negative: 0, positive: 0 }
  return [
    { falseAccepts: 0, falseRejects: 1 },
    ...ties.map(({ negative, positive }) => {
      accepted = {
        negative: accepted.negative + negative,
        positive: accepted.positive + positive
      }
      return {
        falseAccepts: accepted.negative / negatives,
        falseRejects: 1 - accepted.positive / positives
      }
    })
  ]
}

const excess = ({ falseAccepts, falseRejects }: Errors) => falseRejects - falseAccepts

/** The first threshold at which no more targets are rejected than non-targets accepted; below 1 there is none. */
const crossingOf = (errors: ReadonlyArray<Errors>): number =>
  // Of shares that are equal the difference may be a rounding error.
  errors.findIndex((one) => excess(one) <= 1e-12)

/** Where both errors are equal, on the line between two thresholds. */
const eerOf = (ties: ReadonlyArray<Tie>): number => {
  const errors = errorsOf(ties)
  const i = crossingOf(errors)
  if (i < 1) return NaN
  const [before, after] = [errors[i - 1]!, errors[i]!]
  const share = excess(before) / (excess(before) - excess(after))
  return before.falseAccepts + share * (after.falseAccepts - before.falseAccepts)
}

/** The least score that is accepted there. */
const thresholdOf = (ties: ReadonlyArray<Tie>): number => {
  const i = crossingOf(errorsOf(ties))
  return i < 1 ? NaN : ties[i - 1]!.score
}

/** What a detection costs. */
export interface DetectionCost {
  /** How likely a target is; 0.01 unless given. */
  readonly p_target?: number
  /** The cost of rejecting a target; 1 unless given. */
  readonly c_miss?: number
  /** The cost of accepting a non-target; 1 unless given. */
  readonly c_false_alarm?: number
}

const minDcfOf = (
  ties: ReadonlyArray<Tie>,
  { c_false_alarm = 1, c_miss = 1, p_target = 0.01 }: DetectionCost
): number => {
  const [miss, falseAlarm] = [c_miss * p_target, c_false_alarm * (1 - p_target)]
  return (
    errorsOf(ties).reduce((least, { falseAccepts, falseRejects }) => {
      const cost = miss * falseRejects + falseAlarm * falseAccepts
      return Number.isNaN(cost) ? cost : Math.min(least, cost)
    }, Infinity) / Math.min(miss, falseAlarm)
  )
}

/** Trials by their scores, from the largest. */
const tiesIn = ({ scores, targets }: Trials): ReadonlyArray<Tie> => {
  const order = Array.from(scores, (_, i) => i).toSorted((a, b) => scores[b]! - scores[a]!)
  const ties: Array<{ readonly score: number; negative: number; positive: number }> = []
  order.forEach((trial, i) => {
    const score = scores[trial]!
    if (i === 0 || score !== scores[order[i - 1]!]) ties.push({ score, negative: 0, positive: 0 })
    ties.at(-1)![Number(targets[trial]) === 1 ? "positive" : "negative"] += 1
  })
  return ties
}

/**
 * The equal error rate of trials: the share of non-targets accepted at the threshold where as large a
 * share of targets is rejected, interpolated on the ROC curve. NaN without targets or non-targets.
 *
 * @example
 * ```ts
 * import { Metric } from "holdfast"
 *
 * // Each score a similarity of two recordings; 1: of the same speaker.
 * const trials = { scores: [0.9, 0.7, 0.6, 0.2], targets: [1, 0, 1, 0] }
 * export const eer = Metric.equalErrorRate(trials) // 0.5
 * export const cost = Metric.minDetectionCost(trials, { p_target: 0.05 })
 * ```
 */
export const equalErrorRate = (trials: Trials): number => eerOf(tiesIn(trials))

/**
 * The threshold at the equal error rate: who accepts scores of at least this rejects about as large a share of
 * targets as it accepts of non-targets. NaN without targets or non-targets.
 */
export const equalErrorThreshold = (trials: Trials): number => thresholdOf(tiesIn(trials))

/**
 * The least detection cost of trials over all thresholds, minDCF: c_miss × p_target × P(reject | target) +
 * c_false_alarm × (1 − p_target) × P(accept | non-target), over what the better of accepting all and rejecting all
 * costs (NIST, "2018 Speaker Recognition Evaluation Plan", 3.1). NaN without targets or non-targets.
 */
export const minDetectionCost = (trials: Trials, cost: DetectionCost = {}): number =>
  minDcfOf(tiesIn(trials), cost)

/** How a metric over trials finds them. */
export interface TrialOptions {
  /**
   * `examples` (unless given): each example is a trial, its label 1 for a target, its output the score.
   * `pairs`: each two examples are a trial, a target if their labels are equal; the score is the cosine
   * of their outputs, which are embeddings or logits.
   */
  readonly trials?: "examples" | "pairs"
  /** With `examples`, the greatest magnitude of a score; 32 unless given. Scores are rounded to 1/2048 of it. */
  readonly limit?: number
  /** With `pairs`, how many examples of an epoch at most are paired, the first ones; 2000 unless given. */
  readonly max_examples?: number
  readonly name?: string
}

/** The equal error rate over the trials of a split, see `equalErrorRate`. */
export const eer = ({ name = "eer", ...options }: TrialOptions = {}): Metric =>
  overTrials(name, options, eerOf)

/** The threshold at the equal error rate over the trials of a split, see `equalErrorThreshold`. */
export const eerThreshold = ({ name = "eer_threshold", ...options }: TrialOptions = {}): Metric =>
  overTrials(name, options, (ties, limit) => thresholdOf(ties) * limit)

/** The least detection cost over the trials of a split, see `minDetectionCost`. */
export const minDcf = ({
  name = "min_dcf",
  ...options
}: TrialOptions & DetectionCost = {}): Metric =>
  overTrials(name, options, (ties) => minDcfOf(ties, options))

/** Of trials by their scores, as parts of the limit. */
type Figure = (ties: ReadonlyArray<Tie>, limit: number) => number

const overTrials = (
  name: string,
  { limit = 32, max_examples = 2000, trials = "examples" }: Omit<TrialOptions, "name">,
  figure: Figure
): Metric =>
  trials === "examples"
    ? (ofExamples(name, limit, figure) as Metric)
    : (ofPairs(name, max_examples, figure) as Metric)

const ofExamples = (name: string, limit: number, figure: Figure): Metric<Scores> => ({
  name,
  objectives: ["binary"],
  schema: ScoresSchema,
  init: empty,
  measure: (labels, output, weights) => {
    if (output.size !== labels.size) {
      throw new Error(`the metric ${name} takes one score for each label; set trials to "pairs"`)
    }
    const flat = [output, labels, weights ?? tf.onesLike(labels)]
    return tf.stack(flat.map((tensor) => tf.reshape(tensor, [-1]).cast("float32")))
  },
  update: (before, measured) => {
    const trials = measured.length / 3
    const state = copyOf(before, 1)
    for (let i = 0; i < trials; i++) {
      const into = measured[trials + i] === 1 ? state.positives : state.negatives
      count(into, measured[i]!, { limit, weight: measured[2 * trials + i]! })
    }
    return state
  },
  compute: (scores) => figure(tiesOf(scores), limit)
})

/** Batches of examples, each a row: its embedding of length 1, its label, its weight. */
interface Embedded {
  readonly width: number
  readonly batches: ReadonlyArray<Float32Array>
}

const Rows = Schema.Struct({ width: Schema.Int, values: Schema.Array(Schema.Number) })

const EmbeddedSchema = Schema.transform(
  Rows,
  Schema.declare(
    (value): value is Embedded =>
      typeof value === "object" && value !== null && "batches" in value && "width" in value
  ),
  {
    strict: true,
    decode: ({ values, width }): Embedded => ({
      width,
      batches: values.length === 0 ? [] : [Float32Array.from(values)]
    }),
    encode: ({ batches, width }) => ({ width, values: batches.flatMap((batch) => [...batch]) })
  }
)

const ofPairs = (name: string, most: number, figure: Figure): Metric<Embedded> => ({
  name,
  schema: EmbeddedSchema,
  init: { width: 0, batches: [] },
  measure: (labels, output, weights) => {
    const examples = output.shape[0]!
    if (labels.size !== examples) {
      throw new Error(`the metric ${name} takes one label for each example, its identity`)
    }
    const rows = tf.reshape(output, [examples, -1])
    const length = tf.maximum(tf.norm(rows, "euclidean", 1, true), 1e-12)
    const column = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, 1]).cast("float32")
    return tf.concat(
      [tf.div(rows, length), column(labels), column(weights ?? tf.onesLike(labels))],
      1
    )
  },
  update: ({ batches }, measured, { size }) => {
    const width = measured.length / size
    const left = most - batches.reduce((sum, batch) => sum + batch.length / width, 0)
    const taken = Float32Array.from(measured.slice(0, Math.max(0, left) * width))
    return { width, batches: taken.length === 0 ? batches : [...batches, taken] }
  },
  compute: ({ batches, width }) => figure(tiesOf(scoresOf(batches, width)), 1)
})

/** The cosines of all pairs. */
const scoresOf = (batches: ReadonlyArray<Float32Array>, width: number): Scores => {
  const rows = batches.flatMap((batch) =>
    Array.from({ length: batch.length / width }, (_, i) =>
      batch.subarray(i * width, (i + 1) * width)
    )
  )
  const scores = copyOf(empty, 1)
  for (const [i, a] of rows.entries()) {
    for (let j = 0; j < i; j++) {
      const b = rows[j]!
      let cosine = 0
      for (let k = 0; k < width - 2; k++) cosine += a[k]! * b[k]!
      const isTarget = a[width - 2] === b[width - 2]
      count(isTarget ? scores.positives : scores.negatives, cosine, {
        limit: 1,
        weight: a[width - 1]! * b[width - 1]!
      })
    }
  }
  return scores
}
