import * as Effect from "effect/Effect"
import type { Sized } from "../data/Batch.js"
import type { AnyDataset } from "../data/Dataset.js"
import { t } from "../language/Text.js"
import { known } from "../data/Order.js"
import { DataWorkerCount, LoadingThreads, type WorkerCount } from "../data/workers/DataWorkers.js"
import * as Preparation from "../data/workers/Preparation.js"
import { emit } from "../events/Observer.js"
import { WorkersRequested, type Request } from "../training/workers/Requested.js"
import * as Stage from "../Stage.js"
import * as Inputs from "./Inputs.js"

/** A config, and the data that it describes. */
export interface Prepared<out C, out B extends Sized = Sized> {
  readonly config: C
  readonly dataset: AnyDataset<B>
}

/** Loads the data that the config describes: `load` says how. */
export const loadDataset = <C, B extends Sized, E, R>(
  load: (config: C) => Effect.Effect<AnyDataset<B>, E, R>
) =>
  Stage.make("loadDataset", {
    description: t`load and split the data`,
    takes: Inputs.config,
    gives: Inputs.prepared.what,
    run: (config: C) =>
      Effect.gen(function* () {
        const preparation = Preparation.make()
        const dataset = yield* load(config).pipe(
          Effect.provideService(DataWorkerCount, workersOf(config)),
          Effect.provideService(LoadingThreads, threadsFor(yield* WorkersRequested)),
          Effect.provideService(Preparation.CurrentPreparation, preparation)
        )
        Preparation.attach(dataset, preparation)
        yield* emit({
          _tag: "DatasetLoaded",
          name: dataset.name,
          classes: dataset.classes ?? [],
          sizes: {
            train: known(dataset.train.size),
            validation: known(dataset.validation.size),
            test: known(dataset.test.size)
          }
        })
        const prepared: Prepared<C, B> = { config, dataset }
        return prepared
      })
  })

/** What `training.data_workers` says, of a config that has it. */
const workersOf = (config: unknown): WorkerCount =>
  Inputs.hasTraining(config) ? (config.training.data_workers ?? "auto") : "auto"

/** Whoever has cores for so many workers has them while nothing is trained yet, too. */
const threadsFor = (requested: Request | null): number | null =>
  requested === null || requested.count === "auto" || requested.count === 0 ? null : requested.count
