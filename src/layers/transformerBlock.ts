import * as tf from "../tf.js"
import { multiHeadAttention } from "./MultiHeadAttention.js"
import type { WeightArgs } from "./WeightOptions.js"

type Activation = Parameters<typeof tf.layers.dense>[0]["activation"]

/** The options of `transformerBlock`. */
export interface TransformerBlockArgs {
  readonly numHeads: number
  /** The width of the feed-forward network; default: four times that of the input. */
  readonly intermediateDim?: number
  /** Of the attention weights, and of what is added to the input. Default: 0. */
  readonly dropout?: number
  /** Of the feed-forward network. Default: gelu. */
  readonly activation?: Activation
  /** Whether each position sees no later one, as in a language model. Default: false. */
  readonly useCausalMask?: boolean
  /** Whether inputs are normalized, as in GPT-2, rather than sums (Vaswani et al.). Default: true. */
  readonly normalizeFirst?: boolean
  /** Of the layer normalizations. Default: 1e-5. */
  readonly epsilon?: number
  readonly useBias?: boolean
  readonly kernelInitializer?: WeightArgs["kernelInitializer"]
  /** What the names of its layers begin with: block_1 gives block_1_attention. */
  readonly name?: string
}

/**
 * A block of a transformer, as a composition of layers: x + attention(norm(x)), and then x + dense(gelu(
 * dense(norm(x)))). Gives a function from [batch, time, width] to the same shape; each call makes layers of
 * their own, `<name>_attention_norm`, `_attention`, `_norm`, `_intermediate` and `_output`.
 *
 * @example
 * ```ts
 * import { transformerBlock } from "holdfast/layers"
 * import * as tf from "holdfast/tf"
 *
 * const x = tf.input({ shape: [64, 128] })
 * const first = transformerBlock({ numHeads: 4, useCausalMask: true, name: "block_1" })
 * const second = transformerBlock({ numHeads: 4, useCausalMask: true, name: "block_2" })
 * export const model = tf.model({ inputs: x, outputs: second(first(x)) })
 * ```
 */
export const transformerBlock = (
  args: TransformerBlockArgs
): ((x: tf.SymbolicTensor) => tf.SymbolicTensor) => {
  const { activation = "gelu", dropout = 0, epsilon = 1e-5, name, normalizeFirst = true } = args
  const { kernelInitializer, numHeads, useBias = true, useCausalMask = false } = args
  const called = (part: string) => (name === undefined ? {} : { name: `${name}_${part}` })
  const initialized = kernelInitializer === undefined ? {} : { kernelInitializer }
  const norm = (part: string) => tf.layers.layerNormalization({ epsilon, ...called(part) })
  const dense = (units: number, part: string, own = {}) =>
    tf.layers.dense({ units, useBias, ...initialized, ...own, ...called(part) })

  /** x and what layers make of it, added, with the normalization before or after. */
  const residual = (
    x: tf.SymbolicTensor,
    part: string,
    layers: ReadonlyArray<tf.layers.Layer>
  ): tf.SymbolicTensor => {
    const normalize = norm(part)
    const made = [
      ...(normalizeFirst ? [normalize] : []),
      ...layers,
      ...(dropout > 0 ? [tf.layers.dropout({ rate: dropout, ...called(`${part}_dropout`) })] : [])
    ].reduce((value, layer) => layer.apply(value) as tf.SymbolicTensor, x)
    const sum = tf.layers.add(called(`${part}_sum`)).apply([x, made]) as tf.SymbolicTensor
    return normalizeFirst ? sum : (normalize.apply(sum) as tf.SymbolicTensor)
  }

  return (x) => {
    const width = x.shape.at(-1)!
    const attention = multiHeadAttention({
      numHeads,
      dropout,
      useBias,
      useCausalMask,
      ...initialized,
      ...called("attention")
    })
    return residual(residual(x, "attention_norm", [attention]), "norm", [
      dense(args.intermediateDim ?? 4 * width, "intermediate", { activation }),
      dense(width, "output")
    ])
  }
}
