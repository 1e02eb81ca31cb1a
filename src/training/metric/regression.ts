import * as Schema from "effect/Schema"
import * as tf from "../../tf.js"
import { like } from "./accuracy.js"
import { mean, type MeanState } from "./mean.js"
import type { Metric } from "./Metric.js"

/** The mean absolute error, Σ |output − label| / n. */
export const meanAbsoluteError: Metric<MeanState> = {
  ...mean("mae", (labels, output) => tf.abs(tf.sub(output, like(output, labels)))),
  objectives: ["regression"]
}

/** Of each number of a label: the weights, the mean, Σ w × (label − mean)² and Σ w × (label − output)². */
const R2State = Schema.Array(
  Schema.Struct({
    weight: Schema.Number,
    mean: Schema.Number,
    deviations: Schema.Number,
    residuals: Schema.Number
  })
)
export type R2State = typeof R2State.Type

const none: R2State[number] = { weight: 0, mean: 0, deviations: 0, residuals: 0 }

/**
 * The coefficient of determination, R² = 1 − Σ (label − output)² / Σ (label − mean of the labels)², of
 * labels of several numbers the mean over them. 1 is perfect, 0 as good as the mean of the labels; of
 * constant labels it is 1 or 0. The same as `sklearn.metrics.r2_score`. The sums are updated in doubles
 * label by label (West, "Updating mean and variance estimates", 1979).
 */
export const r2 = ({ name = "r2" }: { readonly name?: string } = {}): Metric<R2State> => ({
  name,
  objectives: ["regression"],
  schema: R2State,
  init: [],
  measure: (labels, output, weights) => {
    const truth = like(output, labels)
    const weight = weights === null ? tf.onesLike(output) : like(output, weights)
    return tf.stack([truth, output, weight].map((one) => tf.reshape(one, [-1]).cast("float32")))
  },
  update: (before, measured, { size }) => {
    const count = measured.length / 3
    const width = count / size
    const state = Array.from({ length: width }, (_, i) => ({ ...(before[i] ?? none) }))
    for (let i = 0; i < count; i++) {
      const one = state[i % width]!
      const [label, weight] = [measured[i]!, measured[2 * count + i]!]
      if (weight === 0) continue
      const distance = label - one.mean
      one.weight += weight
      one.mean += (distance * weight) / one.weight
      one.deviations += weight * distance * (label - one.mean)
      const residual = label - measured[count + i]!
      one.residuals += weight * residual * residual
    }
    return state
  },
  compute: (state) =>
    state.reduce((sum, one) => sum + determination(one), 0) / (state.length || Number.NaN)
})

const determination = ({ deviations, residuals }: R2State[number]): number =>
  deviations === 0 ? (residuals === 0 ? 1 : 0) : 1 - residuals / deviations
