import * as tf from "../../tf.js"
import type { Metric } from "./Metric.js"
import {
  classesOf,
  copyOf,
  count,
  empty,
  ScoresSchema,
  tiesOf,
  type Scores,
  type Tie
} from "./scores.js"

/** The state of `auc`. */
export type AucState = Scores

// Beyond, a probability is 1 − 10⁻¹⁴.
const limit = 32

/**
 * The area under the ROC curve: the probability that a random positive has a larger logit than a random
 * negative, ties counting half. It is the Mann–Whitney statistic, Σ over pairs of [positive > negative] +
 * ½ [positive = negative], over the number of pairs (Hanley and McNeil, "The meaning and use of the area
 * under a ROC curve", 1982). Labels weigh what their weights say. NaN with labels of one class only.
 *
 * With `Objective.classification` it is the mean over the classes of each against all others, by the
 * log-odds of its probability: `roc_auc_score(multi_class="ovr")` of scikit-learn. Classes that do not
 * occur are left out.
 *
 * Logits are rounded to 1/64 within ±32, so that the state is small however large the split; logits
 * that are equal then count as ties. Of logits that are multiples of 1/64 it is exact.
 */
export const auc = ({ name = "auc" }: { readonly name?: string } = {}): Metric<AucState> => ({
  name,
  objectives: ["binary", "classification"],
  schema: ScoresSchema,
  init: empty,
  measure: (labels, output, weights) => {
    const column = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, 1]).cast("float32")
    const classes = output.size / labels.size
    const logits = tf.reshape(output, [-1, classes]) as tf.Tensor2D
    const scores = classes === 1 ? logits : logOdds(logits)
    const rows = tf.concat([scores, column(labels), column(weights ?? tf.onesLike(labels))], 1)
    return tf.concat([tf.fill([1, classes + 2], classes + 2), rows])
  },
  update: (before, measured) => {
    // The first row says how long each is: scores, label, weight.
    const width = measured[0]!
    const classes = width - 2
    const state = copyOf(before, classes)
    for (let row = width; row < measured.length; row += width) {
      const label = measured[row + classes]!
      const weight = measured[row + classes + 1]!
      for (let kind = 0; kind < classes; kind++) {
        const isPositive = label === (classes === 1 ? 1 : kind)
        const into = isPositive ? state.positives : state.negatives
        count(into, measured[row + kind]!, { kind, limit, weight })
      }
    }
    return state
  },
  compute: (state) => {
    const areas = Array.from({ length: classesOf(state) }, (_, kind) => area(tiesOf(state, kind)))
    const known = areas.filter((one) => !Number.isNaN(one))
    return known.reduce((sum, one) => sum + one, 0) / known.length
  }
})

/** log(p / (1 − p)) of the probability of each class: its logit less the log-sum-exp of the others. */
const logOdds = (logits: tf.Tensor2D): tf.Tensor2D => {
  const classes = logits.shape[1]
  const rest = Array.from({ length: classes }, (_, kind) => {
    const others = [logits.slice([0, 0], [-1, kind]), logits.slice([0, kind + 1], [-1, -1])]
    const some = others.filter(({ size }) => size > 0)
    return tf.logSumExp(tf.concat(some, 1), 1, true)
  })
  return tf.sub(logits, tf.concat(rest, 1))
}

const area = (ties: ReadonlyArray<Tie>): number => {
  let above = 0
  let won = 0
  for (const { negative, positive } of ties) {
    won += negative * (above + positive / 2)
    above += positive
  }
  return won / (above * ties.reduce((sum, { negative }) => sum + negative, 0))
}
