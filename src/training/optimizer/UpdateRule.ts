import type { Tensor } from "../../tf.js"

/** What the update of one weight reads; all tensors have the weight's shape. */
export interface UpdateInput {
  /** The weight's name in checkpoints, such as `dense_Dense1.kernel`. */
  readonly name: string
  readonly weight: Tensor
  readonly gradient: Tensor
  readonly slots: Readonly<Record<string, Tensor>>
}

/** The next values of what the update has read. */
export interface Updated {
  readonly weight: Tensor
  readonly slots: Readonly<Record<string, Tensor>>
}

/**
 * The formula of an optimizer, the last link of its chain: from a weight, its gradient and its slots
 * to their next values. They must depend on nothing else but the learning rate of the step and the
 * number of the update, from 1; then training resumes exactly. Dispose of intermediate tensors
 * (`tf.tidy`), since those of all weights together may be large.
 */
export interface UpdateRule {
  readonly name: string
  /** What it keeps of each weight between updates: tensors of the weight's shape, zero at first. */
  readonly slots: ReadonlyArray<string>
  readonly at: (learningRate: number, step: number) => (input: UpdateInput) => Updated
  /** The same rule, with the same slots, and another weight decay; left out, it has none. */
  readonly withWeightDecay?: (weightDecay: number) => Pick<UpdateRule, "at">
}

/** The gradient with L2 regularisation added: g + decay · w. */
export const decayed = (
  { gradient, weight }: Pick<UpdateInput, "gradient" | "weight">,
  decay: number
): Tensor => (decay === 0 ? gradient : gradient.add(weight.mul(decay)))
