/**
 * Fine-tuning: a new head on the layers of a model that another pipeline, base.ts, has trained on other
 * digits, so that 500 images are enough. The model is an effect, which loads the weights of the base's best
 * checkpoint.
 *
 * How each layer is trained is up to `training.parameter_groups` in config.json, by the names of weights:
 * the first stays frozen, the second learns at a tenth of the head's rate, and no bias decays. In code
 * the same is `Optimizer.withGroups(rule, groups)`, and `layer.trainable = false`.
 *
 *   cd examples/fine-tuning && npx holdfast run base.ts --config base.json
 *   npx holdfast run pipeline.ts
 *
 * Stop it with Ctrl+C and run it again: it resumes exactly. The base's weights are loaded again, and those
 * in the checkpoint then replace them.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import {
  Checkpoints,
  Config,
  type ModelInput,
  Objective,
  Optimizer,
  Pipeline,
  Scheduler,
  Stages,
  Weights
} from "holdfast"
import * as tf from "holdfast/tf"
import { DigitsData } from "../mnist/digits.js"
import { baseLayers, someDigits } from "./base.js"

export const FineTuningConfig = Config.make({
  model: Schema.Struct({
    filters: Schema.Int,
    base: Schema.String.annotations({ description: "The folder of the base's checkpoints." })
  }),
  data: DigitsData
})
export type FineTuningConfig = typeof FineTuningConfig.Type

class NoBase extends Data.TaggedError("NoBase")<{ readonly folder: string }> {
  override get message() {
    return `there is no checkpoint of the base in ${this.folder}. Train it first: npx holdfast run base.ts --config base.json`
  }
}

const fineTuned = ({ classes, config, inputShape }: ModelInput<FineTuningConfig>) =>
  Effect.gen(function* () {
    const folder = config.model.base
    const base = yield* Effect.flatMap(Checkpoints.open(folder), ({ best }) => best)
    if (Option.isNone(base)) return yield* new NoBase({ folder })
    const layers = baseLayers(config.model.filters, inputShape)
    const head = tf.layers.dense({ name: "head", units: classes.length })
    const model = tf.sequential({ layers: [...layers, tf.layers.dropout({ rate: 0.1 }), head] })
    yield* Weights.load(model, base.value.checkpoint, { only: (name) => name.startsWith("base_") })
    return model
  })

export default Pipeline.make(
  "fine-tuning",
  Stages.loadConfig(FineTuningConfig),
  Stages.loadDataset(({ data }: FineTuningConfig) => someDigits(data, [5, 6, 7, 8, 9])),
  Stages.restoreOrInit({
    model: fineTuned,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
