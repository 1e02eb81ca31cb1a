/**
 * Classes of which one is rare, handled by the config alone: batches in which each class is as frequent,
 * metrics that do not let the rare one drown, label smoothing, mixup, steps of full batches only, and a
 * stop when F1 no longer rises, with the weights of the best epoch. Exact also where it is interrupted.
 *
 *   cd examples/imbalanced-classes && npx holdfast run pipeline.ts
 *   npx holdfast run pipeline.ts --resume never --set training.sampler=shuffle \
 *     --set training.class_weights=balanced      # weights in the loss instead of repetitions
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
  Stages
} from "holdfast"
import * as tf from "holdfast/tf"

const FlowersConfig = Config.make({
  model: Schema.Struct({ units: Schema.Int }),
  data: Schema.Struct({ size: Schema.Int })
})
type FlowersConfig = typeof FlowersConfig.Type

const width = 4
const classes = ["daisy", "dandelion", "edelweiss"]

/** Sixteen daisies and three dandelions for each edelweiss, with measurements that overlap. */
const generate = (split: string, size: number) => {
  const draw = Random.generator(Random.make(1), split)
  const labels = Int32Array.from({ length: size }, (_, i) =>
    i % 20 < 16 ? 0 : i % 20 < 19 ? 1 : 2
  )
  const inputs = Float32Array.from({ length: size * width }, (_, i) => {
    const center = labels[Math.floor(i / width)] === i % width ? 1 : 0
    return center + 1.4 * (draw() + draw() - 1)
  })
  return { x: { data: inputs, shape: [size, width] }, y: labels }
}

const load = ({ data }: FlowersConfig) =>
  Dataset.fromArrays({
    name: "flowers",
    train: generate("train", data.size),
    validation: generate("validation", 100),
    test: generate("test", 100),
    classes
  })

export default Pipeline.make(
  "imbalanced-classes",
  Stages.loadConfig(FlowersConfig),
  Stages.loadDataset(load),
  Stages.restoreOrInit({
    model: ({ config }: { readonly config: FlowersConfig }) =>
      tf.sequential({
        layers: [
          tf.layers.dense({
            units: config.model.units,
            activation: "relu",
            inputShape: [width]
          }),
          tf.layers.dropout({ rate: 0.1 }),
          tf.layers.dense({ units: classes.length })
        ]
      }),
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_f1", mode: "max" }),
    Stages.earlyStopping(),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
