import { attention } from "../backends/Attention.js"
import * as Bias from "../backends/wasm/Bias.js"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import {
  weightOptions,
  type LayerArgs,
  type WeightArgs,
  type WeightOptions
} from "./WeightOptions.js"

/** The options of `multiHeadAttention`, under the names of Keras. */
export interface MultiHeadAttentionArgs extends LayerArgs, WeightArgs {
  readonly numHeads: number
  /** The width of the queries and keys of each head; default: that of the layer's input / numHeads. */
  readonly keyDim?: number
  /** The width of the values of each head; default: keyDim. */
  readonly valueDim?: number
  /** The width of the output; default: that of the queries. */
  readonly outputDim?: number
  /** The share of attention weights that dropout makes 0 in training. Default: 0. */
  readonly dropout?: number
  /** Default: true. */
  readonly useBias?: boolean
  /** Whether each position sees no later one, as in a language model. Default: false. */
  readonly useCausalMask?: boolean
  /** Whether the last of the inputs is a mask. Default: false. */
  readonly useAttentionMask?: boolean
}

/**
 * Multi-head attention (Vaswani et al., "Attention Is All You Need", 2017), the layer of Keras'
 * `MultiHeadAttention` and of PyTorch's `nn.MultiheadAttention`. See `multiHeadAttention`.
 */
export class MultiHeadAttention extends tf.layers.Layer {
  static readonly className = "MultiHeadAttention"

  readonly numHeads: number
  readonly dropout: number
  readonly useBias: boolean
  readonly useCausalMask: boolean
  readonly useAttentionMask: boolean
  private keyDim: number | null
  private valueDim: number | null
  private outputDim: number | null
  private readonly weightConfig: tf.serialization.ConfigDict
  private readonly weightOptions: WeightOptions
  private readonly projections = new Map<
    Projection,
    readonly [tf.LayerVariable, tf.LayerVariable | undefined]
  >()

  constructor(args: MultiHeadAttentionArgs) {
    super(args)
    this.numHeads = positiveInt("numHeads", args.numHeads)
    this.keyDim = args.keyDim == null ? null : positiveInt("keyDim", args.keyDim)
    this.valueDim = args.valueDim == null ? null : positiveInt("valueDim", args.valueDim)
    this.outputDim = args.outputDim == null ? null : positiveInt("outputDim", args.outputDim)
    this.dropout = args.dropout ?? 0
    if (!(this.dropout >= 0 && this.dropout < 1)) {
      throw new Error(
        t`the dropout of ${this.name} is ${this.dropout}; give at least 0 and less than 1`
      )
    }
    this.useBias = args.useBias ?? true
    this.useCausalMask = args.useCausalMask ?? false
    this.useAttentionMask = args.useAttentionMask ?? false
    const { config, options } = weightOptions(args)
    this.weightConfig = config
    this.weightOptions = options
    this.supportsMasking = true
  }

  override build(inputShape: tf.Shape | Array<tf.Shape>): void {
    const [query, value, key] = this.shapesOf(inputShape)
    const width = widthOf(query, this.name)
    if (this.keyDim === null && width % this.numHeads !== 0) {
      throw new Error(
        t`the width of ${this.name}'s input, ${width}, is no multiple of its ${this.numHeads} heads; give keyDim, or another number of heads`
      )
    }
    this.keyDim ??= width / this.numHeads
    this.valueDim ??= this.keyDim
    this.outputDim ??= width
    const [ofKeys, ofValues] = [this.numHeads * this.keyDim, this.numHeads * this.valueDim]
    this.project("query", width, ofKeys)
    this.project("key", widthOf(key, this.name), ofKeys)
    this.project("value", widthOf(value, this.name), ofValues)
    this.project("output", ofValues, this.outputDim)
    this.built = true
  }

  private project(name: Projection, width: number, units: number): void {
    const { weightOptions: own } = this
    const kernel = this.addWeight(
      `${name}_kernel`,
      [width, units],
      "float32",
      own.kernelInitializer,
      own.kernelRegularizer,
      true,
      own.kernelConstraint
    )
    const bias = this.useBias
      ? this.addWeight(
          `${name}_bias`,
          [units],
          "float32",
          own.biasInitializer,
          own.biasRegularizer,
          true,
          own.biasConstraint
        )
      : undefined
    this.projections.set(name, [kernel, bias])
  }

  override computeOutputShape(inputShape: tf.Shape | Array<tf.Shape>): tf.Shape {
    const [query] = this.shapesOf(inputShape)
    return [...query.slice(0, -1), this.outputDim ?? query.at(-1)!]
  }

  /** Those of query, value and key, which are the query's and the value's where they are left out. */
  private shapesOf(
    inputShape: tf.Shape | Array<tf.Shape>
  ): readonly [tf.Shape, tf.Shape, tf.Shape] {
    const shapes = isShapes(inputShape) ? inputShape : [inputShape]
    const [least, most] = this.useAttentionMask ? [2, 4] : [1, 3]
    if (shapes.length < least! || shapes.length > most!) {
      throw new Error(
        this.useAttentionMask
          ? t`${this.name} takes [query, mask], [query, value, mask] or [query, value, key, mask], not ${shapes.length} inputs`
          : t`${this.name} takes query, [query, value] or [query, value, key], not ${shapes.length} inputs; for a mask, set useAttentionMask`
      )
    }
    const [query, value = query!, key = value] = this.useAttentionMask
      ? shapes.slice(0, -1)
      : shapes
    for (const shape of [query!, value, key]) {
      if (shape.length === 3) continue
      throw new Error(
        t`${this.name} takes sequences, [batch, time, width], not inputs of shape [${shape.map((length) => length ?? "")}]`
      )
    }
    return [query!, value, key]
  }

  /**
   * The mask of the queries passes through. That of other keys is not given to `call` by TensorFlow.js, so
   * it has to be an input.
   */
  override computeMask(_inputs: tf.Tensor | Array<tf.Tensor>, mask?: tf.Tensor | Array<tf.Tensor>) {
    const masks = [mask].flat()
    if (masks.slice(1).some((one) => one != null) && !this.useAttentionMask) {
      throw new Error(
        t`the keys of ${this.name} are masked by a layer before it, of which it sees only the mask of its queries; give the mask as last input, and set useAttentionMask`
      )
    }
    return masks[0] as tf.Tensor
  }

  override call(inputs: tf.Tensor | Array<tf.Tensor>, kwargs: CallArgs = {}): tf.Tensor {
    return tf.tidy(() => {
      const all = [inputs].flat()
      const given = this.useAttentionMask ? all.at(-1) : undefined
      const [query, value = query!, key = value] = this.useAttentionMask ? all.slice(0, -1) : all
      // Of several inputs the mask is that of the queries, which hides no key.
      const own = all.length === 1 ? (kwargs.mask ?? undefined) : undefined
      const heard = attention(
        {
          query: this.projected("query", query!),
          key: this.projected("key", key),
          value: this.projected("value", value),
          mask: given ?? own
        },
        {
          heads: this.numHeads,
          scale: 1 / Math.sqrt(this.keyDim!),
          causal: this.useCausalMask,
          ...(kwargs.training === true && this.dropout > 0
            ? { dropout: this.dropout, seeds: [seed(), seed()] }
            : { dropout: 0, seeds: [0, 0] })
        }
      )
      return this.projected("output", heard)
    })
  }

  private projected(name: Projection, x: tf.Tensor): tf.Tensor {
    const [kernel, bias] = this.projections.get(name)!
    const rows = tf.reshape(x, [-1, x.shape.at(-1)!])
    const product = tf.matMul(rows, kernel.read() as tf.Tensor2D)
    const sum = bias === undefined ? product : Bias.add(product, bias.read(), { relu: false })
    return tf.reshape(sum, [...x.shape.slice(0, -1), kernel.shape.at(-1)!])
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      numHeads: this.numHeads,
      keyDim: this.keyDim,
      valueDim: this.valueDim,
      outputDim: this.outputDim,
      dropout: this.dropout,
      useBias: this.useBias,
      useCausalMask: this.useCausalMask,
      useAttentionMask: this.useAttentionMask,
      ...this.weightConfig
    }
  }
}

type Projection = "query" | "key" | "value" | "output"

interface CallArgs {
  readonly training?: boolean
  readonly mask?: tf.Tensor | null
}

/** From `Math.random`, which in a run draws from the run's randomness. */
const seed = (): number => Math.floor(Math.random() * 0x1_0000_0000)

const isShapes = (shape: tf.Shape | Array<tf.Shape>): shape is Array<tf.Shape> =>
  Array.isArray(shape[0])

const widthOf = (shape: tf.Shape, name: string): number => {
  const width = shape.at(-1)
  if (width != null) return width
  throw new Error(t`${name} needs inputs whose last length is known`)
}

const positiveInt = (name: string, value: number): number => {
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(t`${name} of multiHeadAttention is ${value}; give an integer of at least 1`)
}

tf.serialization.registerClass(MultiHeadAttention)

/**
 * A layer of multi-head attention. Its input is one sequence, [batch, time, width], that attends to
 * itself; or a list: the queries, the values, and the keys unless they are the values, in the order of
 * Keras. The output is [batch, time of the queries, outputDim].
 *
 * Padding does not count as a key where a layer before it masks it (`tf.layers.embedding({ maskZero:
 * true })`, `tf.layers.masking`). With `useAttentionMask` a mask is the last input: [batch, keys] or
 * [batch, queries, keys], 0 for a key that does not count. A query that no key counts for gets zeros
 * before the last projection.
 *
 * Its weights are `query_kernel` [width, numHeads · keyDim] and so on: those of PyTorch transposed, and of
 * Keras with the heads side by side. Throws where shapes or options do not go together.
 *
 * @example
 * ```ts
 * import { multiHeadAttention } from "holdfast/layers"
 * import * as tf from "holdfast/tf"
 *
 * const x = tf.input({ shape: [64, 128] })
 * const y = multiHeadAttention({ numHeads: 4, useCausalMask: true }).apply(x) as tf.SymbolicTensor
 * export const model = tf.model({ inputs: x, outputs: y })
 * ```
 */
export const multiHeadAttention = (args: MultiHeadAttentionArgs): MultiHeadAttention =>
  new MultiHeadAttention(args)
