import { cosPi, exp, log } from "../backends/DeterministicMath.js"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import type { LayerArgs } from "./WeightOptions.js"
import { weightOptions } from "./WeightOptions.js"

type Initializer = Parameters<typeof weightOptions>[0]["kernelInitializer"]

/** The options of `positionalEncoding`. */
export interface PositionalEncodingArgs extends LayerArgs {
  /** The longest sequence. */
  readonly maxLength: number
  /** A vector learned for each position, or sines and cosines. Default: learned. */
  readonly kind?: "learned" | "sinusoidal"
  /** Of the learned vectors; default: normal, with a deviation of 0.02 as in GPT-2. */
  readonly embeddingsInitializer?: Initializer
}

/** Adds what says where in a sequence each vector is. See `positionalEncoding`. */
export class PositionalEncoding extends tf.layers.Layer {
  static readonly className = "PositionalEncoding"

  readonly maxLength: number
  readonly kind: "learned" | "sinusoidal"
  private readonly initializer: ReturnType<typeof weightOptions>
  private embeddings: tf.LayerVariable | undefined

  constructor(args: PositionalEncodingArgs) {
    super(args)
    this.maxLength = args.maxLength
    this.kind = args.kind ?? "learned"
    this.initializer = weightOptions({
      kernelInitializer:
        args.embeddingsInitializer ?? tf.initializers.randomNormal({ stddev: 0.02 })
    })
    this.supportsMasking = true
  }

  override build(inputShape: tf.Shape | Array<tf.Shape>): void {
    const width = (inputShape as tf.Shape).at(-1)!
    if (this.kind === "learned") {
      const { kernelInitializer } = this.initializer.options
      const shape = [this.maxLength, width]
      this.embeddings = this.addWeight("embeddings", shape, "float32", kernelInitializer)
    }
    this.built = true
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    if (inputShape.length !== 3 || (inputShape[1] ?? 0) > this.maxLength) {
      throw new Error(
        t`${this.name} takes sequences of up to ${this.maxLength}, [batch, time, width], not inputs of shape [${inputShape.map((length) => length ?? "")}]`
      )
    }
    return inputShape
  }

  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    return tf.tidy(() => {
      const x = [inputs].flat()[0]!
      this.computeOutputShape(x.shape)
      const [, length, width] = x.shape as [number, number, number]
      const added =
        this.embeddings === undefined
          ? sinusoids(length, width)
          : tf.slice(this.embeddings.read(), [0, 0], [length, width])
      return tf.add(x, added)
    })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      maxLength: this.maxLength,
      kind: this.kind,
      embeddingsInitializer: this.initializer.config["kernelInitializer"]!
    }
  }
}

/** sin(t / 10000^(2i / width)) at 2i and the cosine at 2i + 1, for each time t; the same bits everywhere. */
const sinusoids = (length: number, width: number): tf.Tensor => {
  const values = new Float32Array(length * width)
  for (let i = 0; i < width; i += 2) {
    const rate = exp((-i / width) * log(10_000))
    for (let t = 0; t < length; t++) {
      const turns = (t * rate) / Math.PI
      values[t * width + i] = cosine(turns - 0.5)
      if (i + 1 < width) values[t * width + i + 1] = cosine(turns)
    }
  }
  return tf.tensor2d(values, [length, width])
}

/** The cosine of π times any number. */
const cosine = (x: number): number => {
  const rest = Math.abs(x) % 2
  return rest > 1 ? cosPi(2 - rest) : cosPi(rest)
}

tf.serialization.registerClass(PositionalEncoding)

/**
 * A layer that adds to each vector of a sequence, [batch, time, width], one that says where it is: learned
 * for each position, as in GPT-2, or `sinusoidal`, sin(t / 10000^(2i / width)) and cosines between, without
 * weights (Vaswani et al., 2017). Throws for sequences longer than `maxLength`.
 */
export const positionalEncoding = (args: PositionalEncodingArgs): PositionalEncoding =>
  new PositionalEncoding(args)
