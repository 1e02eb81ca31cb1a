/**
 * Training pipelines for TensorFlow.js that can be stopped at any moment and resume exactly where they
 * were. Beside this: `holdfast/tf` (TensorFlow.js), `holdfast/layers`,
 * `holdfast/testing`, `holdfast/audio`.
 */

// Running a pipeline in code
export * as Holdfast from "./Holdfast.js"
export { PeerError } from "./Holdfast.js"
export * as Checkpoints from "./Checkpoints.js"

// Pipelines and stages
export * as Pipeline from "./Pipeline.js"
export * as Stage from "./Stage.js"
export * as Stages from "./stages/index.js"
export { StageError } from "./training/StageError.js"

// Training
export * as Average from "./training/Average.js"
export * as Metric from "./training/metric/index.js"
export * as Models from "./models/index.js"
export { LoadError } from "./models/Load.js"
export { ModelFileError } from "./models/ModelFileError.js"
export * as Objective from "./training/Objective.js"
export * as Optimizer from "./training/Optimizer.js"
export type {
  GradientTransformation,
  Gradients,
  Transformed,
  TransformInput
} from "./training/optimizer/GradientTransformation.js"
export type { Updated, UpdateInput, UpdateRule } from "./training/optimizer/UpdateRule.js"
export * as Progress from "./training/Progress.js"
export * as Random from "./training/Random.js"
export * as Run from "./Run.js"
export * as Export from "./export/index.js"
export { ExportError } from "./export/ExportError.js"
export * as Weights from "./Weights.js"
export * as Scheduler from "./training/Scheduler.js"
export { Diverged } from "./training/Diverged.js"
export { IncompatibleCheckpoint } from "./training/IncompatibleCheckpoint.js"
export { ModelMismatch } from "./training/ModelMismatch.js"
export { MetricError } from "./training/MetricError.js"
export type { Mode } from "./training/Monitor.js"
export type { ModelBuilder, ModelInput, RunParts } from "./training/RunParts.js"
export { SaveRequest } from "./training/SaveRequest.js"
export { StateError, type StateDict, type Stateful } from "./training/Stateful.js"
export * as StepHook from "./training/StepHook.js"
export type { Predictions, TrainedModel } from "./training/TrainedModel.js"
export * as TrainStep from "./training/TrainStep.js"

// Trying a pipeline out
export * as Rehearsal from "./rehearsal/index.js"
export { RehearsalError } from "./rehearsal/RehearsalError.js"
export * as Profiler from "./profiling/index.js"

// Checkpoints
export * as Checkpoint from "./checkpointing/Checkpoint.js"
export { CheckpointError } from "./checkpointing/CheckpointError.js"
export type { CheckpointEntry, LoadedCheckpoint } from "./checkpointing/CheckpointEntry.js"
export type { CheckpointInfo } from "./checkpointing/format/CheckpointFile.js"
export {
  CheckpointStore,
  type CheckpointReader,
  type CheckpointStoreService,
  type CheckpointWriter,
  type FolderScan,
  type OpenOptions,
  type Saved
} from "./checkpointing/store/CheckpointStore.js"
export { leaseLock, type ConditionalObjects } from "./checkpointing/leaseLock.js"
export * as Storage from "./checkpointing/Storage.js"
export { ResumeError, Resumption, type ResumeFrom } from "./checkpointing/resume/Resumption.js"
export { JsonNumber } from "./io/JsonNumber.js"

// Configuration
export { CommandLine } from "./config/CommandLine.js"
export * as Config from "./Config.js"
export { ConfigError } from "./config/ConfigError.js"
export { ConfigSource } from "./config/ConfigSource.js"
export type { NamedConfig, TrainingConfig } from "./config/TrainingConfig.js"

// Data
export { DataError } from "./data/DataError.js"
export type { Arrays, Batch, LabelledBatch, Sized, Values } from "./data/Batch.js"
export type {
  AnyDataset,
  ExampleDescription,
  Examples,
  Rng,
  SplitName,
  Splits
} from "./data/Dataset.js"
export { Dataset } from "./Dataset.js"
export type {
  AnyLayout,
  DType,
  Field,
  LabelField,
  LayoutOf,
  NamedInputs,
  NamedLabels,
  Normalization,
  SingleInput,
  SingleLabel
} from "./data/Layout.js"
export * as Sampler from "./data/Sampler.js"
export * as Split from "./data/Split.js"
export * as Table from "./data/Table.js"
export * as Text from "./data/Text.js"
export type { SeriesOptions } from "./data/fromSeries.js"
export { fingerprint } from "./data/fingerprint.js"
export * as DataWorkers from "./data/workers/DataWorkers.js"

// Backends
export { Backend, type BackendName, type CustomBackend } from "./backends/Backend.js"
export { type Determinism } from "./backends/Determinism.js"
export { BackendError } from "./backends/BackendError.js"

// Events
export { Event, type CustomEvent, type StageTime } from "./events/Event.js"
export * as MetricDetails from "./events/MetricDetails.js"
export { Observer, emit } from "./events/Observer.js"
export * as RunLog from "./runlog/RunLog.js"
export { RunLogError } from "./runlog/RunLogError.js"

// Recording a run by other tools
export * as Tracking from "./tracking/index.js"
export { TrackingError } from "./tracking/TrackingError.js"

// A declaration file of a user's module names these types where they are inferred. TypeScript finds
// them here only: it does not look into the namespaces above.
export type { Pipeline as PipelineType } from "./Pipeline.js"
export type { Dataset as DatasetType } from "./data/Dataset.js"
export type { DeclaredColumn } from "./data/table/Column.js"
export type { TableServices } from "./data/table/fromTable.js"
export type { TableDataset } from "./data/table/TableOptions.js"
export type { TextServices } from "./data/text/fromText.js"
export type { TextDataset } from "./data/text/TextOptions.js"
export type { Stage as StageType } from "./Stage.js"
export type { Objective as ObjectiveType } from "./training/Objective.js"
export type { Optimizer as OptimizerType, OptimizerFactory } from "./training/Optimizer.js"
export type { Progress as ProgressType } from "./training/Progress.js"
export type { Random as RandomType } from "./training/Random.js"
export type { Run as RunType, RunConfig } from "./Run.js"
export type { Scheduler as SchedulerType } from "./training/Scheduler.js"
export type { Checkpoint as CheckpointType } from "./checkpointing/Checkpoint.js"
export type {
  Config as ConfigType,
  ConfigEncoded,
  ConfigOf,
  EncodedOf,
  Training,
  TrainingEncoded
} from "./Config.js"
export type { Choice, ChoiceField } from "./config/Choice.js"
export type { EpochStage, Prepared, Summary } from "./stages/index.js"
