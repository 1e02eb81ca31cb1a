import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import type { LayerArgs } from "./WeightOptions.js"

/** Gives a sequence a mask that is an input. See `applyMask`. */
export class ApplyMask extends tf.layers.Layer {
  static readonly className = "ApplyMask"

  constructor(args: LayerArgs = {}) {
    super(args)
    this.supportsMasking = true
  }

  override computeOutputShape(inputShape: tf.Shape | Array<tf.Shape>): tf.Shape {
    const [x, mask] = inputShape as Array<tf.Shape>
    const fits =
      Array.isArray(x) &&
      Array.isArray(mask) &&
      mask.length === 2 &&
      (x[1] ?? mask[1]) === (mask[1] ?? x[1])
    if (fits) return x
    throw new Error(
      t`${this.name} takes a sequence and its mask: [[batch, time, width], [batch, time]]`
    )
  }

  override computeMask(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    // A copy: TensorFlow.js disposes masks, and this one is an input of the model.
    return tf.tidy(() => tf.notEqual([inputs].flat()[1]!, 0))
  }

  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    return tf.tidy(() => tf.clone([inputs].flat()[0]!))
  }
}

tf.serialization.registerClass(ApplyMask)

/**
 * A layer that gives a sequence the mask that is its second input, [batch, time], 0 for what does not count; the
 * sequence itself is unchanged. For tokenizers whose padding is not number 0, which `maskZero` could not find, and masks
 * of `Dataset.fromText({ mask: true })`.
 *
 * @example
 * ```ts
 * import { applyMask, maskedPooling } from "holdfast/layers"
 * import * as tf from "holdfast/tf"
 *
 * const ids = tf.input({ name: "ids", shape: [128], dtype: "int32" })
 * const mask = tf.input({ name: "mask", shape: [128], dtype: "int32" })
 * const embedded = tf.layers.embedding({ inputDim: 30_522, outputDim: 64 }).apply(ids)
 * const masked = applyMask().apply([embedded as tf.SymbolicTensor, mask])
 * const pooled = maskedPooling().apply(masked) as tf.SymbolicTensor
 * export const model = tf.model({ inputs: [ids, mask], outputs: pooled })
 * ```
 */
export const applyMask = (args?: LayerArgs): ApplyMask => new ApplyMask(args)
