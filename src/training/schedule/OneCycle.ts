import { cosPi } from "../../backends/DeterministicMath.js"
import * as Schema from "effect/Schema"
import { field } from "../../config/Field.js"
import { define, fraction, runLength } from "./Schedule.js"

const divisor = Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(1))

/**
 * One cycle over all steps of the run: half a cosine up to the base rate, and another one far down
 * (Smith and Topin, arXiv:1708.07120), by the formula of PyTorch's OneCycleLR with two phases. The
 * momentum stays as it is.
 */
export const oneCycle = define("one_cycle", {
  description: "Rises to learning_rate and falls far below it, step by step, over the whole run.",
  fields: {
    pct_start: field(fraction, 0.3, "The share of all steps in which the rate rises."),
    div_factor: field(divisor, 25, "The first step's rate is learning_rate divided by this."),
    final_div_factor: field(divisor, 1e4, "The last step's rate is the first's divided by this.")
  },
  dependsOn: runLength,
  make: ({ div_factor, final_div_factor, pct_start }) => ({
    rate: ({ epoch, learningRate, step, stepsPerEpoch, totalSteps }) => {
      const first = learningRate / div_factor
      const last = totalSteps - 1
      const top = Math.max(0, pct_start * totalSteps - 1)
      // From the epoch on, since its length may change when a run is resumed.
      const at = Math.min(last, epoch * stepsPerEpoch + step)
      return at < top
        ? between(first, learningRate, at / top)
        : between(learningRate, first / final_div_factor, (at - top) / Math.max(1, last - top))
    }
  })
})

/** Half a cosine from `start` to `end`. */
const between = (start: number, end: number, share: number): number =>
  end + ((start - end) / 2) * (1 + cosPi(share))
