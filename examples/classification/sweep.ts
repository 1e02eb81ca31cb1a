/**
 * A sweep over the classification of this folder: 24 trials, which learning rate, optimizer, width and dropout give
 * the best AUC on the validation rows. Every trial trains for an epoch, the best third of them for three, the best
 * third of those for nine, and so on:
 *
 *   cd examples/classification && npx holdfast sweep sweep.ts
 *   npx holdfast sweep best checkpoints/census-sweep
 */
import { Space, Sweep } from "holdfast/sweep"
import type { CensusConfig } from "./pipeline.js"

export default Sweep.make<CensusConfig>({
  name: "census-sweep",
  pipeline: "pipeline.ts",
  metric: "val_auc",
  mode: "max",
  space: {
    "training.learning_rate": Space.logUniform(1e-4, 1e-1),
    "training.optimizer": Space.choice(["adam", "adamw", { name: "sgd", momentum: 0.9 }]),
    "training.batch_size": Space.choice([16, 32, 64]),
    "model.units": Space.int(8, 128, { log: true }),
    "model.dropout": Space.uniform(0, 0.5)
  },
  search: "tpe",
  scheduler: "asha",
  trials: 24,
  seed: 1
})
