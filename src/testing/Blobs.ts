import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import * as Config from "../Config.js"
import type { Dataset, Examples } from "../data/Dataset.js"
import * as tf from "../tf.js"
import * as Random from "../training/Random.js"
import type { RunConfig } from "../training/RunFields.js"
import type { ModelInput } from "../training/RunParts.js"

/** The `model` section of `BlobsConfig`. */
export const BlobsModel = Schema.Struct({
  units: Schema.optionalWith(Schema.Int, { exact: true, default: () => 12 }),
  num_classes: Schema.optionalWith(Schema.Int, { exact: true, default: () => 3 })
})

/** The `data` section of `BlobsConfig`. */
export const BlobsData = Schema.Struct({
  size: Schema.optionalWith(Schema.Int, { exact: true, default: () => 50 }),
  classes: Schema.optionalWith(Schema.Int, { exact: true, default: () => 3 }),
  seed: Schema.optionalWith(Schema.Int, { exact: true, default: () => 1 })
})

/** A small classification task: clouds of points around the corners of a cube in 8 dimensions. */
export const BlobsConfig = Config.make({ model: BlobsModel, data: BlobsData })
export type BlobsConfig = typeof BlobsConfig.Type

const width = 8

/** The data of `BlobsConfig`, the same in every run. `onBatch` gets the indices of each training batch. */
export const blobs = (
  { data }: Pick<BlobsConfig, "data">,
  onBatch: (indices: Int32Array) => void = () => {}
): Effect.Effect<Dataset> =>
  Effect.sync(() => {
    const split = (name: string, size: number): Examples => {
      const draw = Random.generator(Random.make(data.seed), name)
      const labels = Int32Array.from({ length: size }, (_, i) => i % data.classes)
      const inputs = Float32Array.from({ length: size * width }, (_, i) => {
        const corner = (labels[Math.floor(i / width)]! + 1) & (1 << (i % width)) ? 1 : -1
        return corner + 2 * (draw() - 0.5)
      })
      return {
        size,
        batch: (indices, augment) =>
          Effect.sync(() => {
            if (name === "train") onBatch(indices)
            const batch = new Float32Array(indices.length * width)
            indices.forEach((index, row) => {
              const noise = augment === undefined ? 0 : augment() - 0.5
              for (let i = 0; i < width; i++) {
                batch[row * width + i] = inputs[index * width + i]! + noise / 4
              }
            })
            return {
              size: indices.length,
              inputs: batch,
              labels: Int32Array.from(indices, (index) => labels[index]!)
            }
          })
      }
    }
    return {
      name: "blobs",
      fingerprint: createHash("sha256").update(JSON.stringify(data)).digest("hex"),
      inputShape: [width],
      labelShape: [],
      classes: Array.from({ length: data.classes }, (_, i) => `corner-${i}`),
      train: split("train", data.size),
      validation: split("validation", 20),
      test: split("test", 20)
    }
  })

/** A network with what makes resuming hard: batch normalisation, dropout, and unnamed layers. */
export const blobsNet = ({ config }: ModelInput<RunConfig & Pick<BlobsConfig, "model">>) =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: config.model.units, inputShape: [width], activation: "relu" }),
      tf.layers.batchNormalization({ momentum: 0.9 }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: config.model.num_classes })
    ]
  })
