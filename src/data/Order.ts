import type { Draw } from "./Dataset.js"

/** The order in which the examples of one epoch are visited: each index once. */
export type Order = Int32Array

/** A uniformly random order of `size` examples (Fisher–Yates); draws `size - 1` times. */
export const permutation = (size: number, draw: Draw): Order => {
  const order = sequential(size)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1))
    const swapped = order[i]!
    order[i] = order[j]!
    order[j] = swapped
  }
  return order
}

/** The order of the examples as they stand: 0, 1, 2 and so on. */
export const sequential = (size: number): Order => new Int32Array(size).map((_, i) => i)

/**
 * The batch that begins at the `example`-th place of `order`: at most `batchSize` indices, fewer at
 * the end, none past it. The result shares memory with `order`.
 */
export const batchAt = (order: Order, example: number, batchSize: number): Int32Array =>
  order.subarray(example, example + batchSize)
