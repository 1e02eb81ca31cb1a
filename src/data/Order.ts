import * as Effect from "effect/Effect"
import { paced } from "../io/EventLoop.js"
import type { Rng } from "./Dataset.js"

/** The order of the examples in one epoch: each index once. */
export type Order = Int32Array

/** How many entries of an order are shuffled between two yields to the event loop. */
const slice = 1 << 16

/**
 * A uniformly random order of `size` examples (Fisher–Yates); draws `size - 1` times. Yields to the
 * event loop meanwhile: ten million examples take a second.
 */
export const permutation = Effect.fnUntraced(function* (size: number, rng: Rng) {
  const order = sequential(size)
  const pause = paced()
  for (let i = size - 1; i > 0;) {
    for (const end = Math.max(0, i - slice); i > end; i--) {
      const j = Math.floor(rng() * (i + 1))
      const swapped = order[i]!
      order[i] = order[j]!
      order[j] = swapped
    }
    yield* pause
  }
  return order
})

/** The order without shuffling: 0, 1, 2 and so on. */
export const sequential = (size: number): Order => {
  const order = new Int32Array(size)
  for (let i = 0; i < size; i++) order[i] = i
  return order
}

/** So many examples from number `first` on. */
export const following = (first: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => first + i)

/** A number of examples or steps, as JSON has it; null: unknown. */
export const known = (count: number): number | null => (Number.isFinite(count) ? count : null)

/**
 * The batch of `order` that starts at entry `example`: at most `batchSize` indices, fewer at the end, none
 * past it. The result shares memory with `order`.
 */
export const batchAt = (order: Order, example: number, batchSize: number): Int32Array =>
  order.subarray(example, example + batchSize)

/**
 * How many steps an epoch has left from entry `example` of its order on: a last step of fewer examples is
 * one, unless `drop_last` leaves it out.
 */
export const stepsFrom = (
  example: number,
  size: number,
  { batch_size, drop_last }: { readonly batch_size: number; readonly drop_last: boolean }
): number => {
  const batches = Math.max(0, size - example) / batch_size
  return drop_last ? Math.floor(batches) : Math.ceil(batches)
}
