import type { LabelledBatch, Values } from "../data/Batch.js"
import type { Rng } from "../data/Dataset.js"
import { log, pow, power } from "../backends/DeterministicMath.js"
import * as tf from "../tf.js"
import { normal } from "./Random.js"

/** How a batch is mixed: with which example each, and how much of each stays. */
export interface Mix {
  readonly order: Int32Array
  /** The share of the example itself, from ½ to 1. */
  readonly share: number
}

/**
 * Draws how to mix a batch (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018): the share
 * from Beta(alpha, alpha), and a partner for each example. As in fastai the greater share is the
 * example's own.
 */
export const draw = (alpha: number, size: number, rng: Rng): Mix => {
  const [a, b] = [gamma(alpha, rng), gamma(alpha, rng)]
  // Both may underflow where alpha is tiny: then nothing is mixed.
  const share = a + b === 0 ? 1 : a / (a + b)
  const order = Int32Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1))
    const swapped = order[i]!
    order[i] = order[j]!
    order[j] = swapped
  }
  return { order, share: Math.max(share, 1 - share) }
}

/** A draw from Gamma(shape, 1) (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000). */
const gamma = (shape: number, rng: Rng): number => {
  if (shape < 1) return gamma(shape + 1, rng) * pow(1 - rng(), 1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  const draw = normal(rng)
  for (;;) {
    const x = draw()
    const v = power(1 + c * x, 3)
    if (v > 0 && log(1 - rng()) < (x * x) / 2 + d - d * v + d * log(v)) return d * v
  }
}

/** share × input + (1 − share) × the input of the partner. */
export const inputs = (tensor: tf.Tensor, { order, share }: Mix): tf.Tensor => {
  const partners = tf.gather(tensor, tf.tensor1d(order, "int32"))
  return tf.add(tf.mul(tensor, share), tf.mul(partners, 1 - share))
}

/** The labels, weights and masks of the partners, as a batch. */
export const partners = (batch: LabelledBatch, { order }: Mix): LabelledBatch => {
  const { size } = batch
  const permuted = <A extends Values>(values: A): A => {
    const width = values.length / size
    const all = values.slice() as A
    order.forEach((from, to) => {
      all.set(values.subarray(from * width, (from + 1) * width), to * width)
    })
    return all
  }
  const each = <A extends Values>(
    arrays: A | { readonly [name: string]: A | undefined }
  ): A | { readonly [name: string]: A } =>
    ArrayBuffer.isView(arrays)
      ? permuted(arrays as A)
      : Object.fromEntries(
          Object.entries(arrays).flatMap(([name, one]) =>
            one === undefined ? [] : [[name, permuted(one as A)]]
          )
        )
  return {
    ...batch,
    labels: each<Values>(batch.labels) as LabelledBatch["labels"],
    ...(batch.weights && { weights: each<Float32Array>(batch.weights) }),
    ...(batch.masks && { masks: each<Uint8Array>(batch.masks) })
  } as LabelledBatch
}
