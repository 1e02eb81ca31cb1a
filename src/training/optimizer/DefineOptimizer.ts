import * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import { field } from "../../config/Field.js"
import type { UpdateRule } from "./UpdateRule.js"

/**
 * Defines an optimizer that `training.optimizer` can name: its fields there, and the update rule that
 * follows from them. `Optimizer.oneOf` adds it to a config. The state of its slots is saved and
 * restored with the run; an optimizer of another name starts without that state. Of one that has the
 * field `weight_decay`, parameter groups can set another for their weights.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config, Optimizer } from "holdfast"
 *
 * export const signSgd = Optimizer.define("sign_sgd", {
 *   description: "The sign of the gradient alone (Bernstein et al., arXiv:1802.04434).",
 *   fields: { scale: Config.field(Schema.Number, 1, "What the learning rate is multiplied by.") },
 *   make: ({ scale }) => ({
 *     slots: [],
 *     at: (learningRate) => ({ gradient, weight }) => ({
 *       weight: weight.sub(gradient.sign().mul(learningRate * scale)),
 *       slots: {}
 *     })
 *   })
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Omit<UpdateRule, "name">>
) =>
  Choice.define(name, {
    ...definition,
    make: (config): UpdateRule => ({
      ...definition.make(config),
      name,
      ...("weight_decay" in definition.fields && {
        withWeightDecay: (weight_decay: number) =>
          definition.make({ ...(config as object), weight_decay } as typeof config)
      })
    })
  })

/**
 * The field `training.optimizer` of a config that can name these optimizers; left out, it is the
 * first of them, whose fields must all have defaults.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config, Optimizer } from "holdfast"
 *
 * const MyConfig = Config.make({
 *   training: { optimizer: Optimizer.oneOf(Optimizer.adamw, Optimizer.sgd) },
 *   model: Schema.Struct({ units: Schema.Int }),
 *   data: Schema.Struct({ file: Schema.String })
 * })
 * ```
 */
export const oneOf = <
  const Choices extends readonly [
    Choice.Choice.Any<UpdateRule>,
    ...ReadonlyArray<Choice.Choice.Any<UpdateRule>>
  ]
>(
  ...optimizers: Choices
) => Choice.oneOf("What turns gradients into updates of the weights.", ...optimizers)

/** The fields that several optimizers have. */
export const nonNegative = Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0))
export const fraction = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))
export const positive = Schema.Number.pipe(Schema.finite(), Schema.greaterThan(0))
export const epsilon = field(positive, 1e-8, "Added to the denominator, against division by zero.")
export const weight_decay = field(
  nonNegative,
  0,
  "L2 penalty: this times the weight is added to its gradient; 0 is off."
)
