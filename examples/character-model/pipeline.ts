/**
 * A small GPT: a transformer learns to write like Shakespeare, character by character, and shows after each
 * epoch what it can do by then.
 *
 *   cd examples/character-model && npx holdfast run pipeline.ts
 *   npx holdfast run sample.ts --set 'sample.prompt=LADY MACBETH.'
 *
 * Other texts: --set data.path=FILE, in UTF-8. The text here is "Coriolanus", "Julius Caesar" and "Macbeth",
 * which are in the public domain.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import {
  Config,
  Dataset,
  emit,
  Metric,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stage,
  Stages,
  Text,
  type ModelInput,
  type Run
} from "holdfast"
import { positionalEncoding, reversibleEmbedding, transformerBlock } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { generate, SampleConfig } from "./generate.js"

export const CharacterConfig = Config.make({
  model: Schema.Struct({
    layers: Schema.Int,
    heads: Schema.Int,
    width: Schema.Int,
    dropout: Schema.Number
  }),
  data: Text.CorpusData,
  sample: SampleConfig
})
export type CharacterConfig = typeof CharacterConfig.Type

/** The mean of −log₂ p over all characters: how many bits it takes to say the next one. */
const bits = Metric.mean("bits_per_character", (labels, output) =>
  tf.div(Objective.classification.losses!(labels, output), Math.LN2)
)

/** The architecture of GPT-2, with the matrix of the embedding used for the logits, too. */
const model = ({ classes, config, inputShape }: ModelInput<CharacterConfig>) => {
  const { dropout, heads, layers, width } = config.model
  const initializer = tf.initializers.randomNormal({ stddev: 0.02 })
  const embedding = reversibleEmbedding({
    inputDim: classes.length,
    outputDim: width,
    embeddingsInitializer: initializer,
    name: "embedding"
  })
  const positions = positionalEncoding({ maxLength: inputShape[0]!, name: "positions" })
  const tokens = tf.input({ shape: [...inputShape], dtype: "int32" })
  let x = positions.apply(embedding.apply(tokens)) as tf.SymbolicTensor
  for (let i = 1; i <= layers; i++) {
    const block = transformerBlock({
      numHeads: heads,
      dropout,
      useCausalMask: true,
      kernelInitializer: initializer,
      name: `block_${i}`
    })
    x = block(x)
  }
  const normalized = tf.layers.layerNormalization({ epsilon: 1e-5, name: "norm" }).apply(x)
  const outputs = embedding.apply(normalized) as tf.SymbolicTensor
  return tf.model({ inputs: tokens, outputs })
}

export const network = {
  model,
  objective: Objective.withMetrics(Objective.classification, bits)
}

/** Shows what the model writes by now. */
const sample = Stage.make("sample", {
  description: "show what the model writes",
  run: (run: Run.Run<CharacterConfig>) =>
    Effect.gen(function* () {
      const { config, dataset, models } = run
      const text = yield* generate(models.model!, dataset.preprocessing, config.sample)
      yield* emit({ _tag: "Notice", level: "info", message: `the model writes:\n${text}` })
      return run
    })
})

export default Pipeline.make(
  "character-model",
  Stages.loadConfig(CharacterConfig),
  Stages.loadDataset(({ data }: CharacterConfig) => Dataset.fromCorpus(data)),
  Stages.restoreOrInit({
    ...network,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    sample,
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
