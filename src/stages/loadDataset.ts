import * as Effect from "effect/Effect"
import type { Dataset } from "../data/Dataset.js"
import { t } from "../language/Text.js"
import { emit } from "../events/Observer.js"
import * as Stage from "../Stage.js"
import * as Inputs from "./Inputs.js"

/** A config, and the data that it describes. */
export interface Prepared<out C> {
  readonly config: C
  readonly dataset: Dataset
}

/** Loads the data that the config describes: `load` says how. */
export const loadDataset = <C, E, R>(load: (config: C) => Effect.Effect<Dataset, E, R>) =>
  Stage.make("loadDataset", {
    description: t`load and split the data`,
    takes: Inputs.config,
    gives: Inputs.prepared.what,
    run: (config: C) =>
      Effect.gen(function* () {
        const dataset = yield* load(config)
        yield* emit({
          _tag: "DatasetLoaded",
          name: dataset.name,
          classes: dataset.classes,
          sizes: {
            train: dataset.train.size,
            validation: dataset.validation.size,
            test: dataset.test.size
          }
        })
        const prepared: Prepared<C> = { config, dataset }
        return prepared
      })
  })
