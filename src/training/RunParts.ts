import type { LayersModel } from "../tf.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Objective } from "./Objective.js"
import type { OptimizerFactory } from "./Optimizer.js"
import type { Scheduler } from "./Scheduler.js"

/** What a model is built from: the config, the shape of one input, and the names of the classes. */
export interface ModelInput<out C> {
  readonly config: C
  readonly inputShape: ReadonlyArray<number>
  readonly classes: ReadonlyArray<string>
}

/** Builds a TensorFlow.js layers model with one input and one output. */
export type ModelBuilder<in C> = (input: ModelInput<C>) => LayersModel

/** What a run is made of. */
export interface RunParts<in C> {
  readonly model: ModelBuilder<C>
  readonly objective: Objective
  readonly optimizer: (training: TrainingConfig) => OptimizerFactory
  readonly scheduler: (training: TrainingConfig) => Scheduler
}
