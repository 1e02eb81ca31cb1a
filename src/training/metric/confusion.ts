import * as Schema from "effect/Schema"
import * as tf from "../../tf.js"
import type { Metric } from "./Metric.js"

/**
 * How often each class was taken for which, row by row: entry `label × classes + guess` counts the
 * labels of one class that were guessed to be another; weights are summed. Empty before the first batch.
 */
export type Counts = ReadonlyArray<number>

/**
 * How the figures of several classes become one: `macro` is their mean, each class counting the same;
 * `weighted` their mean by how many labels each has; `micro` counts all labels together, which for
 * precision, recall and F1 of single-label data is the accuracy; a number is the index of the one
 * class that matters, 1 for the positive of two.
 */
export type Average = "macro" | "micro" | "weighted" | number

/** What is counted of a class against all others. */
export interface Tally {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
}

/** Metrics over a confusion matrix: `figure` makes the number of the history from the counts. */
const ofCounts = (
  name: string,
  figure: (counts: Counts) => number,
  detail?: (counts: Counts) => unknown
): Metric<Counts> => ({
  name,
  objectives: ["binary", "classification"],
  schema: Schema.Array(Schema.Number),
  init: [],
  measure: confusionOf,
  update: (counts, measured) =>
    counts.length === 0 ? [...measured] : counts.map((count, i) => count + measured[i]!),
  compute: figure,
  ...(detail && { detail })
})

/** The batch's confusion matrix. Of one logit for each label the sign is the guess, of two classes. */
const confusionOf = (labels: tf.Tensor, output: tf.Tensor, weights: tf.Tensor | null) => {
  const isBinary = output.size === labels.size
  const classes = isBinary ? 2 : output.shape.at(-1)!
  const guesses = isBinary ? tf.greater(output, 0).cast("int32") : tf.argMax(output, -1)
  const truth = tf.oneHot(tf.reshape(labels, [-1]).cast("int32") as tf.Tensor1D, classes)
  const guess = tf.oneHot(tf.reshape(guesses, [-1]) as tf.Tensor1D, classes).cast("float32")
  const counted =
    weights === null
      ? truth.cast("float32")
      : tf.mul(truth.cast("float32"), tf.reshape(weights, [-1, 1]))
  return tf.matMul(counted as tf.Tensor2D, guess as tf.Tensor2D, true)
}

const rows = (counts: Counts): ReadonlyArray<ReadonlyArray<number>> => {
  const classes = Math.sqrt(counts.length)
  return Array.from({ length: classes }, (_, i) => counts.slice(i * classes, (i + 1) * classes))
}

const tallies = (counts: Counts): ReadonlyArray<Tally> => {
  const matrix = rows(counts)
  const sum = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0)
  return matrix.map((row, i) => {
    const truePositives = row[i]!
    const guessed = sum(matrix.map((other) => other[i]!))
    return {
      truePositives,
      falsePositives: guessed - truePositives,
      falseNegatives: sum(row) - truePositives
    }
  })
}

const total = (all: ReadonlyArray<Tally>): Tally => ({
  truePositives: all.reduce((sum, one) => sum + one.truePositives, 0),
  falsePositives: all.reduce((sum, one) => sum + one.falsePositives, 0),
  falseNegatives: all.reduce((sum, one) => sum + one.falseNegatives, 0)
})

/** A figure of each class, for observers. */
const each = (figure: (tally: Tally) => number) => (counts: Counts) => tallies(counts).map(figure)

/** A figure of each class, averaged. A class that has neither labels nor guesses is left out of `macro`. */
const averaged =
  (average: Average, figure: (tally: Tally) => number) =>
  (counts: Counts): number => {
    const all = tallies(counts)
    if (average === "micro") return figure(total(all))
    if (average === "weighted") {
      const support = (one: Tally) => one.truePositives + one.falseNegatives
      return all.reduce((sum, one) => sum + figure(one) * support(one), 0) / support(total(all))
    }
    if (average !== "macro") return all[average] === undefined ? NaN : figure(all[average])
    const seen = all.filter(
      (one) => one.truePositives + one.falsePositives + one.falseNegatives > 0
    )
    return seen.reduce((sum, one) => sum + figure(one), 0) / seen.length
  }

/** 0 where nothing is counted, as in scikit-learn. */
const ratio = (part: number, total: number): number => (total === 0 ? 0 : part / total)

export const precisionOf = (tally: Tally) =>
  ratio(tally.truePositives, tally.truePositives + tally.falsePositives)

export const recallOf = (tally: Tally) =>
  ratio(tally.truePositives, tally.truePositives + tally.falseNegatives)

// The harmonic mean of both, in one fraction: 2 TP / (2 TP + FP + FN).
export const f1Of = ({ falseNegatives, falsePositives, truePositives }: Tally) =>
  ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)

/** How a figure over classes is named and averaged. */
export interface AverageOptions {
  /** Default: `macro`. */
  readonly average?: Average
  /** Default: that of the metric. */
  readonly name?: string
}

/**
 * The share of guesses of a class that are right, TP / (TP + FP), averaged over the classes; observers
 * get that of each class, with the event `MetricDetail`. For classification and binary objectives. Sokolova and Lapalme, "A systematic analysis of performance
 * measures for classification tasks", 2009; the same figures as `sklearn.metrics.precision_score`.
 */
export const precision = ({ average = "macro", name = "precision" }: AverageOptions = {}) =>
  ofCounts(name, averaged(average, precisionOf), each(precisionOf))

/** The share of labels of a class that are found, TP / (TP + FN), averaged over the classes. See `precision`. */
export const recall = ({ average = "macro", name = "recall" }: AverageOptions = {}) =>
  ofCounts(name, averaged(average, recallOf), each(recallOf))

/**
 * F1, the harmonic mean of precision and recall of a class, 2 TP / (2 TP + FP + FN), averaged over the
 * classes (macro: the mean of the classes' F1). See `precision`.
 */
export const f1 = ({ average = "macro", name = "f1" }: AverageOptions = {}) =>
  ofCounts(name, averaged(average, f1Of), each(f1Of))

/**
 * The confusion matrix. The history has its accuracy, the sum of the diagonal over the sum of all;
 * observers get the matrix, `[label][guess]`, with the event `MetricDetail`.
 */
export const confusion = ({ name = "confusion" }: { readonly name?: string } = {}) =>
  ofCounts(
    name,
    (counts) =>
      tallies(counts).reduce((sum, one) => sum + one.truePositives, 0) /
      counts.reduce((sum, count) => sum + count, 0),
    rows
  )
