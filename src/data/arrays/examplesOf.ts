import * as Effect from "effect/Effect"
import { paced } from "../../io/EventLoop.js"
import { t } from "../../language/Text.js"
import type { Arrays, LabelledBatch, Values } from "../Batch.js"
import type { Examples, Rng } from "../Dataset.js"
import { lengthOf } from "../Layout.js"
import { ColumnStatistics, standardized, type Standardization } from "../Standardization.js"
import type { Read } from "./NdArray.js"
import { mismatch, type Source } from "./Source.js"

/** Some examples of a source. */
export interface Part {
  readonly source: Source
  readonly indices: Int32Array
}

/** The statistics of the single input of some examples, by the columns of its last dimension. */
export const statisticsOf = Effect.fnUntraced(function* ({ inputs }: Source, indices: Int32Array) {
  const one = inputs.get("")
  if (one === undefined || !(one.values instanceof Float32Array)) {
    return yield* mismatch("standardize", t`is for a single input of float32`)
  }
  const width = one.shape.at(-1) ?? 1
  const statistics = new ColumnStatistics(width)
  const length = lengthOf(one.shape)
  const pause = paced()
  for (const index of indices) {
    for (let i = 0; i < length; i++) statistics.add(i % width, one.values[index * length + i]!)
    yield* pause
  }
  return statistics.result
})

/** Examples whose batches are gathered from arrays; `augment` changes those that get random numbers. */
export const examplesOf = (
  { indices, source }: Part,
  standardization: Standardization | null,
  augment: ((example: { inputs: never; labels: never }, rng: Rng) => void) | undefined
): Examples<LabelledBatch> => {
  const [label] = source.labels.values()
  const gather = <A extends Values>({ shape, values }: Read, chosen: Int32Array): A => {
    const length = lengthOf(shape)
    const rows = new (values.constructor as new (length: number) => A)(chosen.length * length)
    chosen.forEach((index, i) => {
      const at = indices[index]! * length
      if (length === 1) rows[i] = values[at]!
      else rows.set(values.subarray(at, at + length), i * length)
    })
    return rows
  }
  const gatherAll = (some: ReadonlyMap<string, Read>, chosen: Int32Array): Arrays => {
    const single = some.get("")
    return single === undefined
      ? Object.fromEntries([...some].map(([name, array]) => [name, gather(array, chosen)]))
      : gather(single, chosen)
  }
  const view = (arrays: Arrays, some: ReadonlyMap<string, Read>, i: number): Arrays => {
    const one = (values: Values, name: string) => {
      const length = lengthOf(some.get(name)!.shape)
      return values.subarray(i * length, (i + 1) * length)
    }
    return ArrayBuffer.isView(arrays)
      ? one(arrays, "")
      : Object.fromEntries(
          Object.entries(arrays).map(([name, values]) => [name, one(values, name)])
        )
  }
  return {
    size: indices.length,
    describe: (i) => ({ name: source.names?.[indices[i]!] ?? `#${indices[i]!}` }),
    batch: (chosen, rng) =>
      Effect.sync(() => {
        const inputs = gatherAll(source.inputs, chosen)
        const labels = gatherAll(source.labels, chosen)
        if (augment !== undefined && rng !== undefined) {
          for (let i = 0; i < chosen.length; i++) {
            const example = {
              inputs: view(inputs, source.inputs, i),
              labels: view(labels, source.labels, i)
            }
            augment(example as never, rng)
          }
        }
        if (standardization !== null) {
          const values = inputs as Float32Array
          const { length: width } = standardization.mean
          values.forEach((x, i) => (values[i] = standardized(x, standardization, i % width)))
        }
        return {
          size: chosen.length,
          inputs,
          labels,
          ...(source.weights.size > 0 && { weights: gatherAll(source.weights, chosen) as never }),
          ...(source.masks.size > 0 && { masks: gatherAll(source.masks, chosen) as never })
        }
      }),
    ...(source.labels.size === 1 &&
      label!.shape.length === 0 &&
      !(label!.values instanceof Float32Array) && {
        labels: Effect.sync(() =>
          Int32Array.from(gather<Int32Array>(label!, Int32Array.from(indices.keys())))
        )
      })
  }
}
