import type { LayersModel } from "../tf.js"
import type { CheckpointMeta, InitializedFrom } from "../checkpointing/Checkpoint.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Sized } from "../data/Batch.js"
import type { AnyDataset } from "../data/Dataset.js"
import { known, stepsFrom } from "../data/Order.js"
import type { WeightAverage } from "./average/WeightAverage.js"
import type { AnyObjective } from "./Objective.js"
import type { Optimizer } from "./Optimizer.js"
import type { Models } from "./Phase.js"
import type { Progress } from "./Progress.js"
import type { Random } from "./Random.js"
import type { Scheduler } from "./Scheduler.js"

export type { Models } from "./Phase.js"

/** What the config of every run holds; that of a pipeline has further sections. */
export interface RunConfig {
  readonly training: TrainingConfig
}

/** What a stage reads of a run: its config, its data, and what is trained by what. */
export interface RunFields<out C extends RunConfig = RunConfig, out B extends Sized = Sized> {
  /** The same in every process that resumes the run. */
  readonly id: string
  readonly config: C
  readonly dataset: AnyDataset<B>
  /** The model, or the first of several. */
  readonly model: LayersModel
  /** The models by name; a single one is called `model`. */
  readonly models: Models
  readonly objective: AnyObjective
  /** The optimizer, or the first of several. */
  readonly optimizer: Optimizer
  /** The optimizers by the names of their phases; without phases, the only one is called `optimizer`. */
  readonly optimizers: Readonly<Record<string, Optimizer>>
  readonly scheduler: Scheduler
  /** The averages of the weights that the run keeps (see `Average`). */
  readonly averages: ReadonlyArray<WeightAverage>
  readonly random: Random
  /** The file that its weights began with; null: initial ones. */
  readonly initializedFrom: InitializedFrom | null
  /** The name of the backend that computes. */
  readonly backend: string
  /** What its checkpoints record of the determinism of the backend. */
  readonly determinism: Pick<CheckpointMeta, "deterministic" | "threads">
}

/** The learning rate of the step at `at`: the scheduler's, lower after a recovery from divergence. */
export const learningRate = (
  { config, dataset, scheduler }: Pick<RunFields, "config" | "dataset" | "scheduler">,
  { divergence, epoch, globalStep, step }: Progress
): number => {
  const { num_epochs: numEpochs } = config.training
  // Of a stream of unknown length it does not matter: a schedule that goes by it is refused.
  const stepsPerEpoch = known(stepsFrom(0, dataset.train.size, config.training)) ?? 1
  const totalSteps = numEpochs * stepsPerEpoch
  const at = { epoch, step, globalStep, stepsPerEpoch, numEpochs, totalSteps }
  return scheduler.learningRate(at) * (divergence?.rate_factor ?? 1)
}
