import type { LayersModel } from "holdfast/tf"
import * as Effect from "effect/Effect"
import { type Config, type Dataset, Objective, Optimizer, Scheduler } from "holdfast"
import type { DivergenceConfig } from "../../src/config/TrainingConfig.js"
import { buildRun } from "../../src/training/BuildRun.js"
import type { RunStore } from "../../src/training/Checkpointer.js"
import * as TrainState from "../../src/training/TrainState.js"
import { numbers } from "../backends/backends.js"
import { classes, everyKernel, inputShape } from "../backends/everyKernel.js"

const batchSize = 4

const examples = (size: number): Dataset["train"] => {
  const width = inputShape[0]! * inputShape[1]!
  const inputs = numbers(batchSize * width)
  return {
    size,
    batch: ({ length }) =>
      Effect.succeed({
        size: length,
        inputs: inputs.subarray(0, length * width),
        labels: Int32Array.from({ length }, (_, i) => i % classes)
      })
  }
}

const adam = {
  name: "adam",
  beta_1: 0.9,
  beta_2: 0.999,
  epsilon: 1e-8,
  weight_decay: 0.01
} as const

const parts = {
  model: everyKernel,
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
}

/** A run of `everyKernel`, or of another model, before its first step; `save` is where it saves to. */
export const everyKernelRun = (options: {
  readonly steps: number
  readonly epochs: number
  readonly optimizer?: Config.Training["optimizer"]
  readonly model?: () => LayersModel
  readonly onDivergence?: DivergenceConfig
  readonly save?: RunStore["save"]
  readonly shards?: number
}) => {
  const training = {
    checkpoint_dir: "none",
    checkpoint_mirror: null,
    mirror_timeout: 60,
    save_interval: 1,
    keep_last: 1,
    keep_best: 1,
    keep_best_by: null,
    keep_every: null,
    resume_from: null,
    backend: "auto",
    init_from: null,
    num_epochs: options.epochs,
    batch_size: batchSize,
    learning_rate: 0.001,
    seed: 1,
    optimizer: options.optimizer ?? adam,
    scheduler: { name: "cosine", warmup_epochs: 0, min_learning_rate: 0 },
    gradient_clip: null,
    gradient_accumulation_steps: 1,
    warmup_steps: 0,
    validation_interval: null,
    lock_timeout: 30,
    run_log: false,
    log_gradient_norm: null,
    drop_last: false,
    early_stopping: null,
    label_smoothing: 0,
    mixup: 0,
    class_weights: null,
    metrics: [],
    sampler: { name: "shuffle" },
    observers: [],
    warmup: null,
    gradient_noise: null,
    parameter_groups: [],
    ema: null,
    swa: null,
    shards: options.shards ?? 1,
    data_workers: "auto",
    on_divergence: options.onDivergence ?? { name: "stop", limit: 1e19 }
  } as const
  const dataset: Dataset = {
    name: "numbers",
    fingerprint: "numbers",
    inputShape,
    labelShape: [],
    classes: Array.from({ length: classes }, (_, i) => `${i}`),
    train: examples(options.steps * batchSize),
    validation: examples(batchSize),
    test: examples(batchSize)
  }
  return buildRun(
    { ...parts, model: options.model ?? everyKernel },
    { config: { training }, dataset },
    TrainState.initial(training.seed, "numbers"),
    {
      save: options.save ?? (() => Effect.die("nothing is saved")),
      remade: Effect.succeed(0),
      best: Effect.succeedNone,
      epochEnd: Effect.succeedNone,
      archive: Effect.void
    }
  )
}
