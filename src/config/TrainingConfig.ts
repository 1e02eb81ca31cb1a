import * as Schema from "effect/Schema"
import { backendNames } from "../backends/BackendName.js"
import { byName } from "./Choice.js"
import { DependsOnId, field, keptOnResume, mayChange, positiveInt, required } from "./Field.js"

const count = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(0))
const positive = Schema.Number.pipe(Schema.finite(), Schema.greaterThan(0))

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
  max_restores: field(positiveInt, 3, "The run stops when it diverges again after this many."),
  limit
}).annotations({
  description:
    "The run returns to the end of the epoch before and continues from there at a lower learning rate. Saves after every epoch."
})

const Ignore = Schema.Struct({ name: Schema.Literal("ignore") }).annotations({
  description: "Training continues with whatever comes, and saves it."
})

const fraction = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))

const EarlyStopping = Schema.NullOr(
  Schema.Union(
    Schema.Literal("off"),
    Schema.Struct({
      metric: field(Schema.NonEmptyString, "val_loss", "The metric of an epoch to monitor."),
      mode: field(Schema.Literal("min", "max"), "min", "Whether lower or higher is better."),
      patience: required(positiveInt, "How many epochs without an improvement end the run."),
      min_delta: field(
        Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0)),
        0,
        "How much better a value must be to be an improvement."
      ),
      restore_best: field(
        Schema.Boolean,
        false,
        "Whether the model that the epochs hand on has the weights of the best epoch."
      )
    })
  )
)

const ClassWeights = Schema.NullOr(
  Schema.Union(
    Schema.Literal("balanced"),
    Schema.NonEmptyArray(positive),
    Schema.Record({ key: Schema.String, value: positive })
  )
)

/** What a run does about divergence, told apart by `name`. */
export const DivergenceConfig = Schema.Union(Stop, Skip, RestoreLast, Ignore)
export type DivergenceConfig = typeof DivergenceConfig.Type

const Pattern = Schema.NonEmptyString

/** Weights by the patterns of their names, and how they are trained. */
const ParameterGroup = Schema.Struct({
  weights: required(
    Schema.Union(Pattern, Schema.NonEmptyArray(Pattern)),
    'A pattern of the names of weights, or several; * stands for any characters: "encoder_*", "*.bias".'
  ),
  learning_rate_factor: field(
    Schema.NullOr(positive),
    null,
    "What their learning rate is multiplied by; null: 1, or as an earlier group says."
  ),
  weight_decay: field(
    Schema.NullOr(Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0))),
    null,
    "Their weight decay; null: that of the optimizer, or as an earlier group says."
  ),
  frozen: field(
    Schema.NullOr(Schema.Boolean),
    null,
    "Whether they stay as they are: no gradients are computed for them; null: no, or as an earlier group says."
  )
})

const InitFrom = Schema.Struct({
  path: required(
    Schema.NonEmptyString,
    "The file: model.json, .keras, .h5, .pth, .pt or .safetensors, relative to the working directory."
  ),
  key: field(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "Which state dict of a PyTorch checkpoint, where it holds several; null: model_state_dict, or the only one."
  ),
  map: field(
    Schema.Record({ key: Schema.String, value: Schema.NullOr(Schema.String) }),
    {},
    "Which modules of the file are which layers, by full names or their beginnings; null leaves a module out."
  ),
  partial: field(
    Schema.Boolean,
    false,
    "Whether weights may be missing, of other shapes or left over; those of the model keep their initial values."
  ),
  freeze: field(
    Schema.Union(Schema.Boolean, Schema.NonEmptyArray(Pattern)),
    false,
    "Whether the loaded weights stay as they are; or the patterns of those that do."
  ),
  optimizer: field(
    Schema.Boolean,
    false,
    "Whether the optimizer starts with the state in a PyTorch checkpoint, of its Adam, AdamW or SGD."
  )
})
export type InitFrom = typeof InitFrom.Type

/**
 * The fields of the `training` section, but for what its optimizer and schedule may be: that is up to
 * the pipeline (see `Config.make`).
 */
export const trainingFields = {
  checkpoint_dir: mayChange(
    field(
      Schema.NonEmptyString,
      "checkpoints",
      "The folder for checkpoints, relative to the working directory, made when missing; or s3://bucket/prefix."
    )
  ),
  checkpoint_mirror: mayChange(
    field(
      Schema.NullOr(Schema.NonEmptyString),
      null,
      "A second folder, on another disk, or s3://bucket/prefix, that checkpoints are copied to in the background; a run resumes from whichever has the newest. null: none."
    )
  ),
  mirror_timeout: mayChange(
    field(
      Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThanOrEqualTo(86_400)),
      60,
      "For how many seconds the end of a run, or of one that is stopped, waits until checkpoint_mirror has the last checkpoint; after SIGTERM no longer than --grace."
    )
  ),
  save_interval: mayChange(
    field(
      Schema.Union(...SaveInterval.members, Schema.NonEmptyArray(SaveInterval)),
      10,
      'When to save the latest checkpoint: every n epochs, or "500 steps", "10 minutes", "2 hours", also inside an epoch; of a list, whichever comes first. The end and an interruption save anyway.'
    )
  ),
  keep_last: mayChange(
    field(positiveInt, 2, "How many checkpoints to keep: the latest, and those before it.")
  ),
  keep_best: mayChange(field(positiveInt, 1, "How many of the best checkpoints to keep.")),
  keep_best_by: mayChange(
    field(
      Schema.NullOr(
        Schema.Struct({
          metric: required(Schema.NonEmptyString, "A metric of an epoch, such as val_accuracy."),
          mode: required(Schema.Literal("min", "max"), "Whether lower or higher is better.")
        })
      ),
      null,
      "The metric by which the best checkpoints are kept; null: the one that the pipeline tracks, val_loss."
    )
  ),
  keep_every: mayChange(
    field(
      Schema.NullOr(positiveInt),
      null,
      "Keep permanently each checkpoint that ends an epoch whose number is a multiple of this; null: none."
    )
  ),
  resume_from: mayChange(
    field(
      Schema.NullOr(Schema.NonEmptyString),
      null,
      'Where to resume from: null looks for an earlier run and asks; "auto" resumes it without asking; "latest", "best", "never" or the path of a checkpoint decide, too.'
    )
  ),
  backend: mayChange(
    field(
      Schema.Literal("auto", ...backendNames),
      "auto",
      'The compute backend, unless --backend or HOLDFAST_BACKEND requests one; "auto": that of the checkpoint, else the one that is faster for the network.'
    )
  ),
  init_from: mayChange(
    field(
      Schema.NullOr(InitFrom),
      null,
      "The model of another program whose weights a new run starts with; a run that is resumed does not read it again. null: none."
    )
  ),
  num_epochs: mayChange(
    required(
      positiveInt,
      "Epochs in all, those before a resume included; in one epoch each training example is used once."
    )
  ),
  batch_size: required(
    positiveInt,
    "Examples a training step; an epoch's last step may have fewer."
  ),
  learning_rate: required(
    positive,
    "The step size of the optimizer, which the scheduler starts from."
  ),
  seed: keptOnResume(
    required(
      count,
      "Where every random draw starts: initial weights, shuffling, dropout, augmentation. The same seed, configuration, data and backend give the same model to the bit."
    )
  ),
  on_divergence: mayChange(
    field(
      byName(["stop", "skip", "restore", "ignore"], DivergenceConfig),
      { name: "stop", limit: 1e19 },
      "What to do when the loss, the gradient or the weights become NaN, infinite or absurdly large."
    )
  ),
  gradient_accumulation_steps: field(
    positiveInt,
    1,
    "Steps whose gradients are averaged for one update of the weights. They are counted through all epochs: what an epoch leaves over counts toward the first update of the next."
  ),
  shards: field(
    positiveInt,
    1,
    "Into how many shards a batch is cut: their gradients are computed one after the other, in less memory, or by several workers (holdfast run --workers), and added for one update. Layers that look at a whole batch, such as batch normalization, see a shard."
  ),
  gradient_noise: field(
    Schema.NullOr(
      Schema.Struct({
        eta: field(positive, 0.01, "The variance of the noise in the first update."),
        gamma: field(
          Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0)),
          0.55,
          "How fast the variance falls: in update t it is eta / t^gamma."
        )
      })
    ),
    null,
    "Adds Gaussian noise to the gradients of an update, after gradient_clip, drawn from the run's seed; null: none."
  ),
  parameter_groups: field(
    Schema.Array(ParameterGroup),
    [],
    "How certain weights are trained, by the patterns of their names. A weight may be in several groups: a later one overrides an earlier one, field by field."
  ),
  ema: field(
    Schema.NullOr(
      Schema.Struct({
        decay: field(
          Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1)),
          0.999,
          "How much of the average stays at each update of the weights."
        ),
        warmup: field(
          Schema.Boolean,
          false,
          "Whether the decay of update n is at most (1 + n) / (10 + n), so that the average follows faster at first."
        )
      })
    ),
    null,
    "Keeps the exponential moving average of the weights: validated, saved and restored as the best in place of the weights, which training continues with; null: none."
  ),
  swa: field(
    Schema.NullOr(
      Schema.Struct({
        start: field(
          Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0)),
          0.75,
          "How many epochs come before those that count; below 1, the share of num_epochs."
        ),
        every_steps: field(
          Schema.NullOr(positiveInt),
          null,
          "Steps between two models that count; null: one at the end of each epoch."
        ),
        learning_rate: field(
          Schema.NullOr(positive),
          null,
          "The learning rate that the epochs that count come to, instead of the scheduler's; null: the scheduler's."
        ),
        anneal_epochs: field(
          count,
          10,
          "Epochs in which the learning rate comes to it, by half a cosine."
        )
      }).annotations({ [DependsOnId]: ["training.num_epochs"] })
    ),
    null,
    "Averages the weights of the last epochs (stochastic weight averaging): validated, saved and restored as the best in place of the weights, as soon as there is an average; null: none."
  ),
  warmup_steps: field(
    count,
    0,
    "Steps over which the learning rate rises linearly to that of the scheduler, counted from the start of the run. The scheduler runs meanwhile; with warmup, it begins afterwards."
  ),
  warmup: field(
    Schema.NullOr(
      Schema.Struct({
        length: required(positiveInt, "How many steps, or epochs, the warm-up takes."),
        unit: field(
          Schema.Literal("step", "epoch"),
          "step",
          "Whether the warm-up counts steps or epochs; the rate changes once in each."
        ),
        start_factor: field(
          Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThanOrEqualTo(1)),
          0,
          "What the scheduler's first rate is multiplied by in the first step."
        )
      })
    ),
    null,
    "A linear warm-up in front of the scheduler, which runs over what is left of the run; null: none."
  ),
  early_stopping: mayChange(
    field(
      EarlyStopping,
      null,
      'When to end the run early, in place of what the pipeline says (Stages.earlyStopping); "off": never, null: as the pipeline says.'
    )
  ),
  validation_interval: mayChange(
    field(
      Schema.NullOr(
        Schema.Union(positiveInt, Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1)))
      ),
      null,
      "When to validate inside an epoch as well: every n steps, counted through all epochs, or after each such part of an epoch (0.25: three times, and at the end as ever). null: not at all."
    )
  ),
  lock_timeout: mayChange(
    field(
      Schema.Number.pipe(Schema.greaterThanOrEqualTo(3), Schema.lessThanOrEqualTo(3600)),
      30,
      "Seconds without a renewal of the lock, of which there are six in that time, after which a process on another host or in another container takes the checkpoint folder over."
    )
  ),
  run_log: mayChange(
    field(
      Schema.Boolean,
      true,
      "Whether the run writes its log, events.ndjson in checkpoint_dir: every step, epoch, save and warning."
    )
  ),
  log_gradient_norm: mayChange(
    field(
      Schema.NullOr(positiveInt),
      null,
      "Steps between two norms of the gradient in the log; null: every 16th, which on_divergence looks at anyway. To measure one takes some 1 ms for a million weights."
    )
  ),
  data_workers: mayChange(
    field(
      Schema.Union(Schema.Literal("auto"), count.pipe(Schema.lessThanOrEqualTo(64))),
      "auto",
      'How many threads decode and augment data ahead of the step, where the dataset has work for them; 0: none, the main thread does. "auto": one for each core but one, four at most, where steps are measured to be faster with them. The bits are the same.'
    )
  ),
  drop_last: field(
    Schema.Boolean,
    false,
    "Whether an epoch leaves out its last step where that has fewer examples than batch_size; which examples it leaves out changes with their order."
  ),
  label_smoothing: field(
    fraction,
    0,
    "How much of the weight of a label is spread evenly over all classes, in training and validation; 0 is off."
  ),
  mixup: field(
    Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(0)),
    0,
    "Mixes each training example with another of its batch, inputs and losses, in a share from the distribution Beta(a, a) of this a; 0 is off. Metrics see the label of the greater share."
  ),
  class_weights: field(
    ClassWeights,
    null,
    'How much labels of each class count in the loss: a list, by label; numbers by the names of classes, 1 for the others; "balanced": inversely to how many training examples the class has. null: those of the objective.'
  )
}

/** The field of a config file that names its JSON Schema. */
export const schemaField = mayChange(
  Schema.optionalWith(Schema.String, { exact: true }).annotations({
    description: "The JSON Schema of this file, for editors."
  })
)

const fields = Schema.Struct(trainingFields)

/** A section that tells its variants apart by a name. */
export interface NamedConfig {
  readonly name: string
}

/** The `training` section of any pipeline's config, whatever optimizers and schedules it knows. */
export interface TrainingConfig extends Schema.Schema.Type<typeof fields> {
  readonly optimizer: NamedConfig
  readonly gradient_clip: NamedConfig | null
  readonly scheduler: NamedConfig
  readonly metrics:
    ReadonlyArray<NamedConfig> | Readonly<Record<string, ReadonlyArray<NamedConfig>>>
  readonly sampler: NamedConfig
  readonly observers: ReadonlyArray<NamedConfig>
}
