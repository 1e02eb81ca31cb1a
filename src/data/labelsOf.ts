import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import type { Arrays, Sized } from "./Batch.js"
import { DataError } from "./DataError.js"
import { fetch, type AnyDataset } from "./Dataset.js"
import { isLabelled, layoutOf, masksOf } from "./Layout.js"
import { batchAt, sequential } from "./Order.js"

/** How many examples are read at a time. */
const atOnce = 256

/**
 * The class of each label of the training split, in the order of its examples; −1 for a masked one. Where
 * the dataset does not give its labels, all batches are read, once for a dataset.
 */
export const labelsOf = <B extends Sized>(
  dataset: AnyDataset<B>
): Effect.Effect<Int32Array, DataError> =>
  Effect.suspend(() => {
    const found = known.get(dataset)
    if (found !== undefined) return Effect.succeed(found)
    const { labels } = dataset.train
    return Effect.tap(labels ?? readAll(dataset), (all) => void known.set(dataset, all))
  })

const known = new WeakMap<object, Int32Array>()

const readAll = Effect.fnUntraced(function* <B extends Sized>(dataset: AnyDataset<B>) {
  const [field] = layoutOf(dataset).labels
  const order = sequential(dataset.train.size)
  const all: Array<Int32Array> = []
  for (let start = 0; start < order.length; start += atOnce) {
    const batch = yield* fetch(dataset, "train", batchAt(order, start, atOnce))
    if (!isLabelled(batch) || !ArrayBuffer.isView(batch.labels as Arrays) || field === undefined) {
      return yield* new DataError({
        reason: "Mismatch",
        path: t`${dataset.name}, a batch of ${"train"}`,
        detail: t`has no single array of labels, which training.sampler and training.class_weights look at`
      })
    }
    const mask = masksOf(batch, field)
    all.push(
      Int32Array.from(batch.labels as Int32Array, (label, i) => (mask?.[i] === 0 ? -1 : label))
    )
  }
  const labels = new Int32Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const some of all) {
    labels.set(some, at)
    at += some.length
  }
  return labels
})
