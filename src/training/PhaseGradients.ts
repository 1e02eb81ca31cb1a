import * as tf from "../tf.js"
import { afterStep } from "../backends/tfjs/layers/LayerStates.js"
import type { Sized } from "../data/Batch.js"
import type { BoundPhase } from "./BoundPhase.js"
import { partsOf } from "./ModelParts.js"
import type { Gradients } from "./optimizer/GradientTransformation.js"
import type { LossFunction, LossInput, Models } from "./Phase.js"

/** What the loss of a phase has come to on a batch, or on a shard of one. */
export interface PhaseGradients {
  /** What is measured, by name, with `loss`: that of the phase and its penalties. */
  readonly metrics: Readonly<Record<string, tf.Tensor>>
  /** By the names of the weights; those that the loss does not depend on are left out. */
  readonly gradients: Gradients
  /** See `Loss.weight`. */
  readonly weight: number | undefined
}

/** The parts of a phase that its gradients are computed from. */
export type Differentiated = Pick<BoundPhase, "weights" | "variables" | "penalties">

/**
 * Computes loss and gradients. The forward pass changes the weights that are not trained, such as the
 * averages of batch normalization. Of a shard, loss and gradients are those of its share of the batch.
 */
export const gradientsOf = <B extends Sized>(
  phase: Differentiated,
  loss: LossFunction<Models, B>,
  input: LossInput<Models, B>
): PhaseGradients => {
  const share = input.shardOf?.share ?? 1
  // Kept, since what is computed under `variableGrads` is disposed there.
  const kept: Record<string, tf.Tensor> = {}
  let weight: number | undefined
  let later: (() => Readonly<Record<string, tf.Tensor>>) | undefined
  const minimized = () => {
    const computed = loss(input)
    const { loss: own, metrics } = computed
    weight = computed.weight
    if (typeof metrics === "function") later = metrics
    else for (const name in metrics) kept[name] = tf.keep(metrics[name]!)
    const total = phase.penalties.reduce<tf.Scalar>((sum, penalty) => sum.add(penalty()), own)
    return share === 1 ? total : tf.mul<tf.Scalar>(total, share)
  }
  try {
    const { grads, value } = tf.variableGrads(minimized, phase.variables as Array<tf.Variable>)
    const gradients = new Map<string, tf.Tensor>()
    phase.weights.forEach(({ name }, i) => {
      const gradient = grads[phase.variables[i]!.name]
      if (gradient != null) gradients.set(name, gradient)
    })
    return { gradients, metrics: { ...kept, ...later?.(), loss: value }, weight }
  } catch (error) {
    tf.dispose(kept)
    throw error
  } finally {
    afterStep(partsOf(input).statefulLayers)
  }
}
