import * as Schema from "effect/Schema"
import { Config, Scheduler } from "holdfast"

const steps = Schema.Int.pipe(Schema.greaterThanOrEqualTo(1))

/** The schedule of the Transformer (Vaswani et al., arXiv:1706.03762), after its warm-up. */
export const inverseSqrt = Scheduler.define("inverse_sqrt", {
  description: "Falls with the square root of the step.",
  fields: { full_steps: Config.field(steps, 20, "Steps at the full rate, before it falls.") },
  make: ({ full_steps }) => ({
    rate: ({ globalStep, learningRate }) =>
      learningRate * Math.sqrt(full_steps / Math.max(full_steps, globalStep))
  })
})
