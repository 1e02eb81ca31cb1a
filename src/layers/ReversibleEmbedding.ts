import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import type { LayerArgs } from "./WeightOptions.js"
import { weightOptions, type WeightArgs } from "./WeightOptions.js"

/** The options of `reversibleEmbedding`, under the names of Keras. */
export interface ReversibleEmbeddingArgs extends LayerArgs {
  /** How many tokens there are. */
  readonly inputDim: number
  /** The width of the vectors. */
  readonly outputDim: number
  /** Whether token 0 is padding, which later layers mask. Default: false. */
  readonly maskZero?: boolean
  /** Default: uniform. */
  readonly embeddingsInitializer?: WeightArgs["kernelInitializer"]
  readonly embeddingsRegularizer?: WeightArgs["kernelRegularizer"]
  readonly embeddingsConstraint?: WeightArgs["kernelConstraint"]
}

/** An embedding whose matrix gives the logits, too. See `reversibleEmbedding`. */
export class ReversibleEmbedding extends tf.layers.Layer {
  static readonly className = "ReversibleEmbedding"

  readonly inputDim: number
  readonly outputDim: number
  readonly maskZero: boolean
  private readonly weightOptions: ReturnType<typeof weightOptions>
  private embeddings: tf.LayerVariable | undefined

  constructor(args: ReversibleEmbeddingArgs) {
    super(args)
    this.inputDim = args.inputDim
    this.outputDim = args.outputDim
    this.maskZero = args.maskZero ?? false
    this.weightOptions = weightOptions({
      kernelInitializer:
        args.embeddingsInitializer ??
        tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05 }),
      ...(args.embeddingsRegularizer && { kernelRegularizer: args.embeddingsRegularizer }),
      ...(args.embeddingsConstraint && { kernelConstraint: args.embeddingsConstraint })
    })
    this.supportsMasking = true
  }

  override build(): void {
    const { kernelConstraint, kernelInitializer, kernelRegularizer } = this.weightOptions.options
    this.embeddings = this.addWeight(
      "embeddings",
      [this.inputDim, this.outputDim],
      "float32",
      kernelInitializer,
      kernelRegularizer,
      true,
      kernelConstraint
    )
    this.built = true
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    if (inputShape.length === 2) return [...inputShape, this.outputDim]
    if (inputShape.length === 3 && inputShape[2] === this.outputDim) {
      return [...inputShape.slice(0, 2), this.inputDim]
    }
    throw new Error(
      t`${this.name} takes tokens, [batch, time], or vectors, [batch, time, ${this.outputDim}], not inputs of shape [${inputShape.map((length) => length ?? "")}]`
    )
  }

  override computeMask(inputs: tf.Tensor | Array<tf.Tensor>, mask?: tf.Tensor | Array<tf.Tensor>) {
    const x = [inputs].flat()[0]!
    const isPadded = this.maskZero && x.rank === 2
    return isPadded ? tf.notEqual(x, tf.zerosLike(x)) : ([mask].flat()[0] as tf.Tensor)
  }

  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    return tf.tidy(() => {
      const x = [inputs].flat()[0]!
      const shape = this.computeOutputShape(x.shape) as Array<number>
      const embeddings = this.embeddings!.read() as tf.Tensor2D
      const rows =
        x.rank === 2
          ? tf.gather(embeddings, tf.cast(tf.reshape(x, [-1]), "int32"))
          : tf.matMul(tf.reshape(x, [-1, this.outputDim]), embeddings, false, true)
      return tf.reshape(rows, shape)
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { config } = this.weightOptions
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      maskZero: this.maskZero,
      embeddingsInitializer: config["kernelInitializer"]!,
      embeddingsRegularizer: config["kernelRegularizer"]!,
      embeddingsConstraint: config["kernelConstraint"]!
    }
  }
}

tf.serialization.registerClass(ReversibleEmbedding)

/**
 * An embedding of tokens that is applied twice in a model: to tokens, [batch, time], of which it gives
 * vectors, [batch, time, outputDim]; and at the end to such vectors, of which it gives logits, [batch, time,
 * inputDim], by the same matrix. Such tied weights make a language model smaller and often better (Press
 * and Wolf, "Using the Output Embedding to Improve Language Models", 2017).
 *
 * @example
 * ```ts
 * import { reversibleEmbedding } from "holdfast/layers"
 * import * as tf from "holdfast/tf"
 *
 * const embedding = reversibleEmbedding({ inputDim: 65, outputDim: 128 })
 * const tokens = tf.input({ shape: [64], dtype: "int32" })
 * const logits = embedding.apply(embedding.apply(tokens)) as tf.SymbolicTensor
 * export const model = tf.model({ inputs: tokens, outputs: logits })
 * ```
 */
export const reversibleEmbedding = (args: ReversibleEmbeddingArgs): ReversibleEmbedding =>
  new ReversibleEmbedding(args)
