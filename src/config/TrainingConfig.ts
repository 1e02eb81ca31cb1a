import * as Schema from "effect/Schema"
import { byName } from "./ByName.js"
import { field } from "./Field.js"

const positiveInt = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(1))
const count = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(0))
const positive = Schema.Number.pipe(Schema.finite(), Schema.greaterThan(0))
const nonNegative = Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0))
const decay = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))
const gamma = Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1))

const required = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  schema.annotations({ description })

const weightDecay = "L2 penalty: this times the weight is added to its gradient; 0 is off."
const epsilon = field(positive, 1e-8, "Added to the denominator, against division by zero.")

const adamFields = {
  beta_1: field(decay, 0.9, "Decay of the running mean of the gradient."),
  beta_2: field(decay, 0.999, "Decay of the running mean of the squared gradient."),
  epsilon
}

const Adam = Schema.Struct({
  name: Schema.Literal("adam"),
  ...adamFields,
  weight_decay: field(nonNegative, 0, weightDecay)
}).annotations({ description: "Adam (Kingma and Ba, 2015)." })

const AdamW = Schema.Struct({
  name: Schema.Literal("adamw"),
  ...adamFields,
  weight_decay: field(
    nonNegative,
    0.01,
    "Decoupled decay: each step takes learning_rate times this times the weight off it; 0 is off."
  )
}).annotations({ description: "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)." })

const Sgd = Schema.Struct({
  name: Schema.Literal("sgd"),
  momentum: field(decay, 0, "How much of the last update is kept; 0 is plain gradient descent."),
  nesterov: field(Schema.Boolean, false, "Nesterov's form of momentum; needs a momentum above 0."),
  weight_decay: field(nonNegative, 0, weightDecay)
}).pipe(
  Schema.filter(({ momentum, nesterov }) =>
    nesterov && momentum === 0
      ? { path: ["nesterov"], message: "false, or true with a momentum above 0" }
      : undefined
  ),
  Schema.annotations({ description: "Stochastic gradient descent." })
)

const RmsProp = Schema.Struct({
  name: Schema.Literal("rmsprop"),
  alpha: field(decay, 0.99, "Decay of the running mean of the squared gradient."),
  momentum: field(decay, 0, "How much of the last update is kept; 0 is off."),
  epsilon,
  weight_decay: field(nonNegative, 0, weightDecay)
}).annotations({ description: "RMSProp, not centred." })

/** The optimizer and its parameters, told apart by `name`; they mean what they mean in PyTorch. */
export const OptimizerConfig = Schema.Union(Adam, AdamW, Sgd, RmsProp)
export type OptimizerConfig = typeof OptimizerConfig.Type

const Constant = Schema.Struct({ name: Schema.Literal("constant") }).annotations({
  description: "The same learning rate in every epoch."
})

const Cosine = Schema.Struct({
  name: Schema.Literal("cosine"),
  warmup_epochs: field(count, 0, "Epochs in which the rate first rises to learning_rate."),
  min_learning_rate: field(nonNegative, 0, "The learning rate at the end of the last epoch.")
}).annotations({ description: "Half a cosine from learning_rate down, over num_epochs." })

const Step = Schema.Struct({
  name: Schema.Literal("step"),
  step_size: required(positiveInt, "Epochs between two drops."),
  gamma: field(gamma, 0.1, "What the rate is multiplied by at each drop.")
}).annotations({ description: "A drop every step_size epochs." })

const Exponential = Schema.Struct({
  name: Schema.Literal("exponential"),
  gamma: required(gamma, "What the rate is multiplied by after each epoch.")
}).annotations({ description: "The same factor after every epoch." })

const Plateau = Schema.Struct({
  name: Schema.Literal("plateau"),
  metric: field(Schema.NonEmptyString, "val_loss", "The metric of an epoch that is watched."),
  mode: field(Schema.Literal("min", "max"), "min", "Whether lower or higher is better."),
  factor: field(
    Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1)),
    0.1,
    "What the rate is multiplied by when the metric has stalled."
  ),
  patience: field(count, 10, "Epochs without improvement that are let pass before that."),
  min_learning_rate: field(nonNegative, 0, "The learning rate never goes below this.")
}).annotations({ description: "A drop whenever a metric has stopped improving." })

/** How the learning rate changes from epoch to epoch, told apart by `name`. */
export const SchedulerConfig = Schema.Union(Constant, Cosine, Step, Exponential, Plateau)
export type SchedulerConfig = typeof SchedulerConfig.Type

const SaveInterval = Schema.Union(
  positiveInt,
  Schema.String.pipe(Schema.pattern(/^[1-9][0-9]* (epoch|step|second|minute|hour)s?$/))
)

const limit = field(
  Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1e19)),
  1e19,
  "A loss, or a norm of the gradient or of a weight, that is greater than this has diverged, as NaN has; 1e19 is about the greatest whose square float32 holds."
)

const Stop = Schema.Struct({ name: Schema.Literal("stop"), limit }).annotations({
  description:
    "An error ends the run, which names the step, the layer and the last good checkpoint."
})

const Skip = Schema.Struct({
  name: Schema.Literal("skip"),
  max_skips: field(positiveInt, 10, "The run stops when more steps than this diverge in a row."),
  limit
}).annotations({
  description:
    "The step changes nothing, and training continues with the next batch. Computes the norm of the gradient in every step, not in every 16th."
})

const RestoreLast = Schema.Struct({
  name: Schema.Literal("restore"),
  factor: field(
    Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1)),
    0.5,
    "What the learning rate is multiplied by, from then on."
  ),
  max_restores: field(positiveInt, 3, "The run stops when it diverges once more after so many."),
  limit
}).annotations({
  description:
    "The run returns to the end of the epoch before, and trains on from there at a lower learning rate. Saves after every epoch."
})

const Ignore = Schema.Struct({ name: Schema.Literal("ignore") }).annotations({
  description: "Training continues with whatever comes, and saves it."
})

/** What a run does about divergence, told apart by `name`. */
export const DivergenceConfig = Schema.Union(Stop, Skip, RestoreLast, Ignore)
export type DivergenceConfig = typeof DivergenceConfig.Type

const training = Schema.Struct({
  checkpoint_dir: field(
    Schema.NonEmptyString,
    "checkpoints",
    "The folder for checkpoints, relative to the working directory; made when missing."
  ),
  save_interval: field(
    Schema.Union(...SaveInterval.members, Schema.NonEmptyArray(SaveInterval)),
    10,
    'When to save the latest checkpoint: every so many epochs, or "500 steps", "10 minutes", "2 hours", also inside an epoch; of a list, whichever comes first. The end and an interruption save anyway.'
  ),
  keep_last: field(
    positiveInt,
    2,
    "How many checkpoints to keep: the latest, and those before it."
  ),
  keep_best: field(positiveInt, 1, "How many of the best checkpoints to keep."),
  keep_best_by: field(
    Schema.NullOr(
      Schema.Struct({
        metric: required(Schema.NonEmptyString, "A metric of an epoch, such as val_accuracy."),
        mode: required(Schema.Literal("min", "max"), "Whether lower or higher is better.")
      })
    ),
    null,
    "What the best that are kept are best by; null: by what the pipeline tracks, val_loss."
  ),
  keep_every: field(
    Schema.NullOr(positiveInt),
    null,
    "Keep for ever each checkpoint that ends an epoch whose number is a multiple of this; null: none."
  ),
  resume_from: field(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    'Where to go on from: null looks for an earlier run and asks; "latest", "best", "never" or the path of a checkpoint decide without asking.'
  ),
  num_epochs: required(
    positiveInt,
    "Epochs in all, those before a resume included; one epoch is one pass over the training data."
  ),
  batch_size: required(
    positiveInt,
    "Examples a training step; an epoch's last step may have fewer."
  ),
  learning_rate: required(
    positive,
    "The step size of the optimizer, which the scheduler starts from."
  ),
  seed: required(
    count,
    "Where every random draw starts: initial weights, shuffling, dropout, augmentation. The same seed, configuration, data and backend give the same model to the bit."
  ),
  optimizer: field(
    byName(["adam", "adamw", "sgd", "rmsprop"], OptimizerConfig),
    { name: "adam", beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0 },
    "What turns gradients into updates of the weights."
  ),
  scheduler: field(
    byName(["constant", "cosine", "step", "exponential", "plateau"], SchedulerConfig),
    { name: "constant" },
    "How the learning rate changes from epoch to epoch."
  ),
  on_divergence: field(
    byName(["stop", "skip", "restore", "ignore"], DivergenceConfig),
    { name: "stop", limit: 1e19 },
    "What to do when the loss, the gradient or the weights become NaN, infinite or absurdly large."
  )
}).annotations({ description: "How to train, when to save, and where to go on from." })

// Interfaces, since an error of the compiler shows them by name, and other types field by field.
export interface TrainingConfig extends Schema.Schema.Type<typeof training> {}
export interface TrainingConfigEncoded extends Schema.Schema.Encoded<typeof training> {}

/** The `training` section of a configuration: how to train, when to save, where to go on from. */
export const TrainingConfig: Schema.Schema<TrainingConfig, TrainingConfigEncoded> = training
