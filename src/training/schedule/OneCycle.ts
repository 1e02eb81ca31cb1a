import * as Schema from "effect/Schema"
import { field } from "../../config/Field.js"
import { halfCosine } from "./Cosine.js"
import { clock, define, fraction, runLength, unit } from "./Schedule.js"

const divisor = Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(1))

/**
 * One cycle over the run: up to the base rate, and far down again (Smith and Topin, arXiv:1708.07120), by
 * the formula of PyTorch's OneCycleLR with two phases. The momentum stays as it is.
 */
export const oneCycle = define("one_cycle", {
  description: "Rises to learning_rate and falls far below it, step by step, over the whole run.",
  fields: {
    pct_start: field(fraction, 0.3, "The share of all steps in which the rate rises."),
    div_factor: field(divisor, 25, "The first step's rate is learning_rate divided by this."),
    final_div_factor: field(divisor, 1e4, "The last step's rate is the first's divided by this."),
    anneal_strategy: field(
      Schema.Literal("cos", "linear"),
      "cos",
      "Whether the rate moves by half a cosine or in a straight line."
    ),
    unit: unit("step")
  },
  dependsOn: runLength,
  make: ({ anneal_strategy, div_factor, final_div_factor, pct_start, unit = "step" }) => ({
    rate: (input) => {
      const { learningRate } = input
      const { at: done, total } = clock(input, unit)
      const first = learningRate / div_factor
      const last = total - 1
      const top = Math.max(0, pct_start * total - 1)
      const at = Math.min(last, done)
      const between = anneal_strategy === "linear" ? line : halfCosine
      return at < top
        ? between(first, learningRate, at / top)
        : between(learningRate, first / final_div_factor, (at - top) / Math.max(1, last - top))
    }
  })
})

const line = (from: number, to: number, share: number): number => from + (to - from) * share
