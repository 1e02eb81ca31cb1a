import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BackendError } from "../backends/BackendError.js"
import { Field, LabelField } from "../data/Layout.js"
import { JsonNumber } from "../io/JsonNumber.js"
import { t } from "../language/Text.js"

/** The value of `format` in `__metadata__`, which distinguishes checkpoints from other files. */
export const format = "holdfast"

/** The version of the checkpoint format that this release writes. */
export const formatVersion = 3

/** The version that it writes where the history is so long that part of it is tensors. */
export const longHistoryVersion = 4

/** The versions of the checkpoint format that this release reads. */
export const formatVersions = [1, 2, formatVersion, longHistoryVersion] as const

/** The element types a checkpoint can hold, as safetensors names them. */
export type DType = "F32" | "I32" | "BOOL" | "U8"

/**
 * One tensor of a checkpoint: row-major, little-endian, its bytes read only when they are needed,
 * which fails with `E`.
 */
export interface CheckpointTensor<out E = never> {
  readonly dtype: DType
  readonly shape: ReadonlyArray<number>
  readonly bytes: Effect.Effect<Uint8Array, E>
  /**
   * The same bytes without a copy, where that is available. They never change, but by the next turn of
   * the event loop they may have moved to another `buffer`.
   */
  readonly view?: () => Uint8Array
}

/**
 * What one epoch achieved: its metrics by name (`train_loss`, `train_accuracy`, `val_loss`,
 * `val_accuracy`, …), the learning rate it was trained at, and its wall time, which is the one
 * field that exactness does not cover.
 */
export const EpochRecord = Schema.Struct(
  { epoch: Schema.Int, learning_rate: JsonNumber, seconds: Schema.Number },
  { key: Schema.String, value: JsonNumber }
)
export type EpochRecord = typeof EpochRecord.Type

/** The best value of the monitored metric so far, and the epoch that reached it. */
export const Best = Schema.Struct({
  metric: Schema.String,
  mode: Schema.Literal("min", "max"),
  value: JsonNumber,
  epoch: Schema.Int
})
export type Best = typeof Best.Type

/** Any JSON value, kept as it is. */
export const Json = Schema.Unknown

/** A field that checkpoints of earlier releases lack. */
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/**
 * The position of the run inside the current epoch.
 *
 * `stage` names the epoch stage that comes next (null: the first), `example` is how many examples
 * of the epoch's order have been trained on, `sums` are the states of the training metrics that are
 * one number (a running sum), `metric_states` those of the others, by name, as JSON; `metrics` is what
 * the epoch's finished stages have measured.
 */
export const Position = Schema.Struct({
  stage: Schema.NullOr(Schema.String),
  example: Schema.Int,
  sums: Schema.Record({ key: Schema.String, value: JsonNumber }),
  metric_states: optional(Schema.Record({ key: Schema.String, value: Json })),
  metrics: Schema.Record({ key: Schema.String, value: JsonNumber }),
  seconds: Schema.Number
})
export type Position = typeof Position.Type

/**
 * How a run has reacted to divergence so far: how often it was restored, and the factor of the learning
 * rate since then; how many steps in a row were skipped, and how many examples of the current epoch.
 */
export const Divergence = Schema.Struct({
  rate_factor: Schema.Number,
  restores: Schema.Int,
  skips: Schema.Int,
  skipped_examples: Schema.Int
})
export type Divergence = typeof Divergence.Type

/**
 * Why a run trains no further epoch: a stage saw no improvement of a metric for a number of epochs, or
 * something else, as text.
 */
export const StopReason = Schema.Union(
  Schema.TaggedStruct("NoImprovement", {
    /** The stage, by the name of its state. */
    by: Schema.String,
    metric: Schema.String,
    mode: Schema.Literal("min", "max"),
    epochs: Schema.Int
  }),
  Schema.TaggedStruct("Custom", { text: Schema.String })
)
export type StopReason = typeof StopReason.Type

/**
 * What identifies the data that a run was trained on. Where inputs or labels have names, `inputs` and
 * `labels` hold their declarations, and `input_shape` or `classes` is empty.
 */
export const DatasetIdentity = Schema.Struct({
  name: Schema.String,
  fingerprint: Schema.String,
  input_shape: Schema.Array(Schema.Int),
  classes: Schema.Array(Schema.String),
  /** null: a stream of unknown length. */
  sizes: Schema.Struct({
    train: Schema.NullOr(Schema.Int),
    validation: Schema.NullOr(Schema.Int),
    test: Schema.NullOr(Schema.Int)
  }),
  inputs: optional(Schema.Record({ key: Schema.String, value: Field })),
  labels: optional(Schema.Record({ key: Schema.String, value: LabelField })),
  /** Of a single input that is not float32. */
  input: optional(Field),
  /** How inputs are made of what a user has, where the dataset says so. */
  preprocessing: optional(Schema.Record({ key: Schema.String, value: Json }))
})
export type DatasetIdentity = typeof DatasetIdentity.Type

/**
 * The file of another program that the weights of a run began with: its path then, format and SHA-256, how
 * many weights it gave, and which of them stay as they are.
 */
export const InitializedFrom = Schema.Struct({
  path: Schema.String,
  format: Schema.String,
  sha256: Schema.String,
  loaded: Schema.Int,
  frozen: Schema.Array(Schema.String)
})
export type InitializedFrom = typeof InitializedFrom.Type

/** Whether `text` is a time as a save writes it: ISO 8601, in UTC. */
export const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) && !Number.isNaN(Date.parse(text))

const Time = Schema.String.pipe(Schema.filter(isTime, { message: () => t`is not a time in UTC` }))

/**
 * What an output of the model says: the name of its objective, and the activation that turns the output
 * into a prediction, where the model does not end in it: softmax for logits.
 */
export const OutputIdentity = Schema.Struct({
  objective: Schema.String,
  activation: optional(Schema.Literal("softmax", "sigmoid"))
})
export type OutputIdentity = typeof OutputIdentity.Type

/**
 * How many worker threads a run was to have, how many of them compute its steps (0: the main thread does), and
 * how many milliseconds a step takes with them and on the main thread, where that was measured.
 */
export const WorkersRecord = Schema.Struct({
  requested: Schema.Union(Schema.Int, Schema.Literal("auto")),
  used: Schema.Int,
  step_ms: optional(Schema.Number),
  thread_step_ms: optional(Schema.Number)
})
export type WorkersRecord = typeof WorkersRecord.Type

/**
 * Everything in a checkpoint but its tensors. Each field is one key of the safetensors
 * `__metadata__`, its value JSON text.
 *
 * `epoch` counts finished epochs, `step` the steps done in the current epoch (0 between epochs),
 * `global_step` all steps. `bests` holds the best by further metrics, under the names of their files,
 * where a run tracks any. `average` names the state whose weights, an average, were validated in place of
 * the model's. `stopped` says why no further epoch is trained, and `stop_reason` the same for
 * programs. `divergence` is present once the run has diverged; `finite` says
 * whether all weights are finite, and is missing where nobody has checked. `model_config` is the
 * architecture of each model by name, as Keras writes it; `outputs` what its outputs say, by name, "" for
 * a single one. Both are missing where they cannot be written down.
 * `deterministic` says whether
 * every step was computed so that the same run gives the same bits, and `threads` how many threads
 * computed, where the bits depend on it; both are missing where nothing is known of the backend.
 * `workers` says what computed the steps of a run with worker threads, on which the bits do not depend.
 * `data_workers` says the same of what prepared the batches, where training.data_workers was "auto".
 * `initialized_from` is present where the weights began with those of a file.
 */
export const CheckpointMeta = Schema.Struct({
  format_version: Schema.Literal(...formatVersions),
  run_id: Schema.String,
  saved_at: Time,
  epoch: Schema.Int,
  step: Schema.Int,
  global_step: Schema.Int,
  position: Position,
  best_val_loss: Schema.NullOr(JsonNumber),
  best: Schema.NullOr(Best),
  stopped: Schema.NullOr(Schema.String),
  train_history: Schema.Array(EpochRecord),
  optimizer_state_dict: Schema.Record({ key: Schema.String, value: Json }),
  scheduler_state_dict: Schema.Record({ key: Schema.String, value: Json }),
  stage_states: Schema.Record({
    key: Schema.String,
    value: Schema.Record({ key: Schema.String, value: Json })
  }),
  random_state: Schema.Struct({ algorithm: Schema.String, seed: Schema.Int }),
  dataset: DatasetIdentity,
  backend: Schema.String,
  config: Schema.Record({ key: Schema.String, value: Json }),
  bests: optional(Schema.Record({ key: Schema.String, value: Best })),
  average: optional(Schema.String),
  divergence: optional(Divergence),
  stop_reason: optional(StopReason),
  finite: optional(Schema.Boolean),
  model_config: optional(
    Schema.Record({ key: Schema.String, value: Schema.Record({ key: Schema.String, value: Json }) })
  ),
  outputs: optional(Schema.Record({ key: Schema.String, value: OutputIdentity })),
  deterministic: optional(Schema.Boolean),
  threads: optional(Schema.Int),
  workers: optional(WorkersRecord),
  data_workers: optional(WorkersRecord),
  initialized_from: optional(InitializedFrom)
})
export type CheckpointMeta = typeof CheckpointMeta.Type

/**
 * The complete state of a training run at one position, immutable.
 *
 * Tensors are keyed `model_state_dict.<weight>`, `optimizer_state_dict.<slot>.<weight>`,
 * `stage_states.<stage>.<name>` and, for the hidden states of stateful recurrent layers,
 * `layer_states.<layer>.<index>`.
 */
export interface Checkpoint<out E = never> {
  readonly meta: CheckpointMeta
  readonly tensors: ReadonlyMap<string, CheckpointTensor<E>>
}

/** A checkpoint that is not yet durable: its tensors are still on the device, and reading them can fail. */
export type Unsaved = Checkpoint<BackendError>

/**
 * The epoch in which the weights were last trained: the current one as soon as it has done a step,
 * whichever of its stages comes next.
 */
export const epochOfWeights = ({
  epoch,
  step
}: {
  readonly epoch: number
  readonly step: number
}): number => (step > 0 ? epoch + 1 : epoch)

// So many last epochs of two histories are compared: what a header holds at least.
const compared = 1024

const isSameHistory = (a: CheckpointMeta["train_history"], b: CheckpointMeta["train_history"]) => {
  const count = Math.min(a.length, b.length, compared)
  if (a === b || a.length + b.length === 0) return true
  return count > 0 && JSON.stringify(a.slice(-count)) === JSON.stringify(b.slice(-count))
}

/**
 * Whether two checkpoints have the same weights: the same run, position, history and states. Of long
 * histories the last epochs are compared.
 */
export const isSame = (a: CheckpointMeta, b: CheckpointMeta): boolean => {
  if (a.run_id !== b.run_id || a.global_step !== b.global_step) return false
  // One of the two may not have been checked for finite weights, or come from an earlier release.
  const rest = ({
    finite: _f,
    model_config: _c,
    outputs: _o,
    workers: _w,
    data_workers: _d,
    dataset,
    ...meta
  }: CheckpointMeta) =>
    JSON.stringify({
      ...meta,
      dataset: { ...dataset, preprocessing: null },
      saved_at: "",
      train_history: []
    })
  return rest(a) === rest(b) && isSameHistory(a.train_history, b.train_history)
}
