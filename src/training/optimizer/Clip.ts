import * as Schema from "effect/Schema"
import type { Scalar, Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { norm } from "../../backends/Norm.js"
import { define, union } from "../../config/Choice.js"
import { field } from "../../config/Field.js"
import { mapGradients, type GradientTransformation } from "./GradientTransformation.js"

/** Limits each element of the gradients to at most `max` in magnitude. */
export const clipByValue = (max: number): GradientTransformation =>
  mapGradients((gradient) => gradient.clipByValue(-max, max))

/** Scales down each gradient by itself to a norm of at most `max`. */
export const clipByNorm = (max: number): GradientTransformation =>
  mapGradients((gradient) => gradient.mul(factor(norm([gradient]), max)))

/**
 * Scales down all gradients by one factor, so that their norm taken together is at most `max`, as
 * PyTorch's clip_grad_norm_ does (Pascanu et al., arXiv:1211.5063). A smaller norm leaves them as they
 * are, to the bit.
 */
export const clipByGlobalNorm = (max: number): GradientTransformation => ({
  transform: ({ gradients }) => {
    const scale = factor(norm([...gradients.values()]), max)
    const scaled = (gradient: Tensor) => gradient.mul(scale)
    return { gradients: new Map([...gradients].map(([name, one]) => [name, scaled(one)])) }
  }
})

/** PyTorch's coefficient: max / (norm + 1e-6), and 1 at most. */
const factor = (norm: Scalar, max: number): Scalar =>
  tf.tidy(() => tf.scalar(max).div(norm.add(1e-6)).minimum(1))

const positive = Schema.Number.pipe(Schema.finite(), Schema.greaterThan(0))

/** What `training.gradient_clip` can name. */
export const clips = [
  define("global_norm", {
    description: "One factor for all gradients, by their norm taken together.",
    fields: { max_norm: field(positive, 1, "The norm of all gradients together is at most this.") },
    make: ({ max_norm }) => clipByGlobalNorm(max_norm)
  }),
  define("norm", {
    description: "A factor for each weight's gradient, by its own norm.",
    fields: { max_norm: field(positive, 1, "The norm of each gradient is at most this.") },
    make: ({ max_norm }) => clipByNorm(max_norm)
  }),
  define("value", {
    description: "Each element by itself.",
    fields: { max_value: field(positive, 1, "No element is greater than this in magnitude.") },
    make: ({ max_value }) => clipByValue(max_value)
  })
] as const

/** The schema of `training.gradient_clip`. */
export const GradientClip = field(
  Schema.NullOr(union(...clips)),
  null,
  "How to limit the gradients of an update, after those of gradient_accumulation_steps are averaged; null: not at all."
)
