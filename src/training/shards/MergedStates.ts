import * as tf from "../../tf.js"
import type { Values } from "../../data/Batch.js"
import { tensorOf, type Weight } from "../Weights.js"

/**
 * Merges what the forward passes of the shards of a batch make of the weights that are not trained, such
 * as the averages of batch normalization: old + Σ share × (new − old), in the order of the shards. Each
 * starts with the old ones; a weight that none has moved keeps its bits.
 */
export interface MergedStates {
  /** Takes in what a shard has moved, and puts the old weights back. */
  readonly add: (share: number) => void
  /** Gives the weights their merged values. */
  readonly finish: () => void
  readonly dispose: () => void
}

/** Begins with the weights as they are. */
export const begin = (weights: ReadonlyArray<Weight>): MergedStates => {
  const all = weights
    .filter(({ trainable }) => !trainable)
    .map((weight) => ({
      variable: tensorOf(weight),
      old: tf.keep(tf.clone(tensorOf(weight) as tf.Tensor)),
      merged: null as tf.Tensor | null
    }))
  return {
    add: (share) => {
      for (const one of all) {
        const { merged, old, variable } = one
        if (variable.dataId === old.dataId) continue
        one.merged = tf.tidy(() => tf.keep(mergedOf(merged ?? old, old, variable, share)))
        merged?.dispose()
        variable.assign(old)
      }
    },
    finish: () => {
      for (const { merged, variable } of all) if (merged !== null) variable.assign(merged)
    },
    dispose: () =>
      tf.dispose(all.map(({ merged, old }) => (merged === null ? [old] : [old, merged])))
  }
}

/** Of integers, which have no means, the last shard's count. */
const mergedOf = (merged: tf.Tensor, old: tf.Tensor, next: tf.Tensor, share: number): tf.Tensor =>
  old.dtype === "float32" ? tf.add(merged, tf.mul(tf.sub(next, old), share)) : tf.clone(next)

/** What a shard has made of one weight, and its share of the examples. */
export interface MovedState {
  readonly values: Values
  readonly share: number
}

/** The same of numbers at hand, to the same bits: the merged values of one weight. */
export const merge = (old: Values, moved: ReadonlyArray<MovedState>): Values => {
  if (!(old instanceof Float32Array)) return moved.at(-1)!.values
  const merged = Float32Array.from(old)
  const { fround } = Math
  for (const { share, values } of moved) {
    const factor = fround(share)
    for (let i = 0; i < merged.length; i++) {
      merged[i]! += fround(fround(values[i]! - old[i]!) * factor)
    }
  }
  return merged
}
