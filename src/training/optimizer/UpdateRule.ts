import type { Tensor } from "../../tf.js"

/** What the update of one weight reads; all tensors have the weight's shape. */
export interface UpdateInput {
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
 * The formula of an optimizer: from a weight, its gradient and its slots to their next values, which
 * it depends on and on the moment alone: the learning rate of this step, and its number, from 1.
 * Other tensors that it makes it is to dispose of, since those of all weights together may be large.
 */
export interface UpdateRule {
  readonly name: string
  /** What it remembers of each weight, by PyTorch's names. */
  readonly slots: ReadonlyArray<string>
  readonly at: (learningRate: number, step: number) => (input: UpdateInput) => Updated
}

/** The gradient with L2 regularisation added: g + decay · w. */
export const decayed = (
  { gradient, weight }: Pick<UpdateInput, "gradient" | "weight">,
  decay: number
): Tensor => (decay === 0 ? gradient : gradient.add(weight.mul(decay)))
