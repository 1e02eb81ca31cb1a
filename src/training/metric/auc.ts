import * as Schema from "effect/Schema"
import * as tf from "../../tf.js"
import type { Metric } from "./Metric.js"

/** How many labels 0 and 1, by their weights, fell into which bin of scores; a bin without has no entry. */
const AucState = Schema.Struct({
  negatives: Schema.Record({ key: Schema.String, value: Schema.Number }),
  positives: Schema.Record({ key: Schema.String, value: Schema.Number })
})
export type AucState = typeof AucState.Type

type Histogram = AucState["positives"]

// Logits are counted to 1/64, between −32 and 32: beyond, a probability is 1 − 10⁻¹⁴.
const resolution = 64
const limit = 32 * resolution

const binOf = (logit: number): number =>
  Math.max(-limit, Math.min(limit, Math.round(logit * resolution)))

/**
 * The area under the ROC curve of a binary objective: the probability that a random positive has a
 * larger logit than a random negative, ties counting half. It is the Mann–Whitney statistic,
 * Σ over pairs of [positive > negative] + ½ [positive = negative], over the number of pairs (Hanley and
 * McNeil, "The meaning and use of the area under a ROC curve", 1982). Labels weigh what their
 * weights say. NaN with labels of one class only.
 *
 * Logits are rounded to 1/64 within ±32, so that the state is small however large the split; logits
 * that are equal then count as ties. Of logits that are multiples of 1/64 it is exact.
 */
export const auc = ({ name = "auc" }: { readonly name?: string } = {}): Metric<AucState> => ({
  name,
  schema: AucState,
  init: { negatives: {}, positives: {} },
  measure: (labels, output, weights) => {
    if (output.size !== labels.size) {
      throw new Error(`the metric ${name} takes one logit for each label, as Objective.binary does`)
    }
    const flat = [output, labels, weights ?? tf.onesLike(labels)]
    return tf.stack(flat.map((tensor) => tf.reshape(tensor, [-1]).cast("float32")))
  },
  update: (state, measured) => {
    const count = measured.length / 3
    const negatives: Record<string, number> = { ...state.negatives }
    const positives: Record<string, number> = { ...state.positives }
    for (let i = 0; i < count; i++) {
      const into = measured[count + i] === 1 ? positives : negatives
      const bin = binOf(measured[i]!)
      into[bin] = (into[bin] ?? 0) + measured[2 * count + i]!
    }
    return { negatives, positives }
  },
  compute: ({ negatives, positives }) => {
    const total = sumOf(positives) * sumOf(negatives)
    if (total === 0) return NaN
    const bins = [...new Set([...Object.keys(positives), ...Object.keys(negatives)])]
    let below = 0
    let won = 0
    for (const bin of bins.map(Number).toSorted((a, b) => a - b)) {
      const negative = negatives[bin] ?? 0
      won += (positives[bin] ?? 0) * (below + negative / 2)
      below += negative
    }
    return won / total
  }
})

const sumOf = (histogram: Histogram): number =>
  Object.values(histogram).reduce((sum, count) => sum + count, 0)
