/**
 * Images as bytes, and masks: finds the pixels of a rectangle in a noisy image. The pixels at its edge
 * belong to neither class, as in many segmentation data sets: they are labelled 255 and masked.
 *
 *   cd examples/images-integers-masks && npx holdfast run pipeline.ts
 */
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Random,
  Scheduler,
  Stages,
  type ModelInput
} from "holdfast"
import * as tf from "holdfast/tf"

const ImagesConfig = Config.make({
  model: Schema.Struct({ filters: Schema.Int }),
  data: Schema.Struct({ size: Schema.Int })
})
type ImagesConfig = typeof ImagesConfig.Type

const side = 12
const pixels = side * side
const voidLabel = 255

/** Images and labels of a split, all in one array of bytes each, as they would lie in files. */
const generate = (split: string, size: number) => {
  const draw = Random.generator(Random.make(1), split)
  const upTo = (end: number) => Math.floor(draw() * end)
  const images = new Uint8Array(size * pixels)
  const labels = new Uint8Array(size * pixels)
  for (let i = 0; i < size; i++) {
    const [top, left, height, width] = [upTo(6), upTo(6), 4 + upTo(3), 4 + upTo(3)]
    for (let pixel = 0; pixel < pixels; pixel++) {
      // How far inside of the rectangle: 1 is its edge.
      const [y, x] = [Math.floor(pixel / side) - top, (pixel % side) - left]
      const depth = Math.min(y + 1, height - y, x + 1, width - x)
      images[i * pixels + pixel] = (depth > 0 ? 140 : 60) + upTo(60)
      labels[i * pixels + pixel] = depth === 1 ? voidLabel : depth > 1 ? 1 : 0
    }
  }
  return {
    x: { data: images, shape: [size, side, side, 1] },
    y: { data: labels, shape: [size, side, side] },
    masks: { data: labels.map((label) => (label === voidLabel ? 0 : 1)), shape: [size, side, side] }
  }
}

const load = ({ data }: ImagesConfig) =>
  Dataset.fromArrays({
    name: "rectangles",
    train: generate("train", data.size),
    validation: generate("validation", 32),
    test: generate("test", 32),
    classes: ["background", "rectangle"],
    // The model sees floats between -1 and 1.
    normalization: { scale: 2 / 255, offset: -1 }
  })

/** Logits of the classes for each pixel. */
const model = ({ classes, config, inputShape }: ModelInput<ImagesConfig>) =>
  tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: config.model.filters,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        inputShape: [...inputShape]
      }),
      tf.layers.conv2d({ filters: classes.length, kernelSize: 3, padding: "same" })
    ]
  })

export default Pipeline.make(
  "images-integers-masks",
  Stages.loadConfig(ImagesConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_accuracy", mode: "max" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
