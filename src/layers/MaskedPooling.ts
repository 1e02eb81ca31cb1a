import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import type { LayerArgs } from "./WeightOptions.js"

/** The options of `maskedPooling`. */
export interface MaskedPoolingArgs extends LayerArgs {
  /** The mean of the steps that count, or the largest of each channel. Default: "mean". */
  readonly mode?: "mean" | "max"
}

/** Pools the steps of a sequence that count. See `maskedPooling`. */
export class MaskedPooling extends tf.layers.Layer {
  static readonly className = "MaskedPooling"

  readonly mode: "mean" | "max"

  constructor(args: MaskedPoolingArgs = {}) {
    super(args)
    const { mode = "mean" } = args
    if (mode !== "mean" && mode !== "max") {
      throw new Error(t`the mode of ${this.name} is ${String(mode)}; give "mean" or "max"`)
    }
    this.mode = mode
    this.supportsMasking = true
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    if (inputShape.length === 3) return [inputShape[0]!, inputShape[2]!]
    throw new Error(
      t`${this.name} takes sequences, [batch, time, width], not inputs of shape [${inputShape.map((length) => length ?? "")}]`
    )
  }

  /** Nothing of the mask is left. */
  override computeMask(): tf.Tensor {
    return null as never
  }

  override call(
    inputs: tf.Tensor | Array<tf.Tensor>,
    { mask }: { readonly mask?: tf.Tensor | null } = {}
  ): tf.Tensor {
    return tf.tidy(() => {
      const x = [inputs].flat()[0]!
      if (mask == null) return this.mode === "mean" ? tf.mean(x, 1) : tf.max(x, 1)
      const counts = tf.expandDims(tf.cast(mask, "float32"), -1)
      const steps = tf.sum(counts, 1)
      if (this.mode === "mean") {
        // Padding adds zeros, so that more of it changes nothing; of no steps the mean is zero.
        return tf.div(tf.sum(tf.mul(x, counts), 1), tf.maximum(steps, 1))
      }
      const isStep = tf.broadcastTo(tf.cast(tf.expandDims(mask, -1), "bool"), x.shape)
      const most = tf.max(tf.where(isStep, x, tf.fill(x.shape, lowest)), 1)
      return tf.mul(most, tf.minimum(steps, 1))
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), mode: this.mode }
  }
}

/** Below every number that a layer gives, and finite, so that times zero it is zero. */
const lowest = -3e38

tf.serialization.registerClass(MaskedPooling)

/**
 * A layer that pools a sequence, [batch, time, width], over time to [batch, width]: the mean of the steps that count,
 * or the largest of each channel. Padding does not count where a layer before it masks it
 * (`tf.layers.embedding({ maskZero: true })`, `tf.layers.masking`, `applyMask`): the same text gives the same numbers,
 * to the bit, with any padding at its end. A sequence of which no step counts gives zeros. Without a mask every step counts.
 *
 * @example
 * ```ts
 * import { maskedPooling } from "holdfast/layers"
 * import * as tf from "holdfast/tf"
 *
 * export const model = tf.sequential({
 *   layers: [
 *     tf.layers.embedding({ inputDim: 20_000, outputDim: 64, maskZero: true, inputLength: 200 }),
 *     maskedPooling({ mode: "mean" }),
 *     tf.layers.dense({ units: 2 })
 *   ]
 * })
 * ```
 */
export const maskedPooling = (args?: MaskedPoolingArgs): MaskedPooling => new MaskedPooling(args)
