import { layersIn } from "../../backends/tfjs/layers/InnerLayers.js"
import type { TrainingConfig } from "../../config/TrainingConfig.js"
import { t } from "../../language/Text.js"
import type { Models } from "../Phase.js"

/**
 * With fewer examples batch normalization sees too few of them for means that are worth having. On the
 * speaker example 16 cost nothing in accuracy, 8 a little, and 4 a point.
 */
const enough = 16

/** Warns of shards that are too small for the batch normalization of a model; null: none is. */
export const warning = (
  models: Models,
  { batch_size, shards = 1 }: Pick<TrainingConfig, "batch_size" | "shards">
): string | null => {
  const examples = Math.floor(batch_size / shards)
  if (shards === 1 || examples >= enough) return null
  const layer = Object.values(models)
    .flatMap(layersIn)
    .find((one) => one.layer.getClassName() === "BatchNormalization")
  return layer === undefined
    ? null
    : t`the batch normalization ${layer.path} sees the examples of a shard, and training.shards = ${shards} leaves it ${examples} of them: below ${enough} the model gets worse. Lower training.shards, or raise training.batch_size`
}
