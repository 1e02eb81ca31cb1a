/** Training pipelines that can be stopped at any moment and go on from exactly where they were. */
export * as Pipeline from "./Pipeline.js"
export * as Stage from "./Stage.js"
export * as Stages from "./stages/index.js"

export * as Objective from "./training/Objective.js"
export * as Optimizer from "./training/Optimizer.js"
export * as Progress from "./training/Progress.js"
export * as Random from "./training/Random.js"
export * as Run from "./training/Run.js"
export { Diverged } from "./training/Diverged.js"
export { FitError } from "./training/Compatibility.js"
export { MetricError } from "./training/MetricError.js"
export type { ModelBuilder, ModelInput, RunParts } from "./training/RunParts.js"
export { StageError } from "./training/StageError.js"
export { SaveRequest } from "./training/SaveRequest.js"
export * as Scheduler from "./training/Scheduler.js"
export { StateError, type StateDict, type Stateful } from "./training/Stateful.js"
export type { TrainedModel } from "./training/TrainedModel.js"

export * as Checkpoint from "./checkpointing/Checkpoint.js"
export { CheckpointError } from "./checkpointing/CheckpointError.js"
export { CheckpointStore } from "./checkpointing/store/CheckpointStore.js"
export { ResumeError, Resumption } from "./checkpointing/resume/Resumption.js"
export { JsonNumber } from "./io/JsonNumber.js"

export { CommandLine } from "./config/CommandLine.js"
export * as Config from "./config/Config.js"
export { ConfigError } from "./config/ConfigError.js"
export type { TrainingConfig, TrainingConfigEncoded } from "./config/TrainingConfig.js"
export { ConfigSource } from "./config/ConfigSource.js"

export { DataError } from "./data/DataError.js"
export type { Batch, Dataset, Rng, Examples, SplitName } from "./data/Dataset.js"
export { fingerprint } from "./data/fingerprint.js"
export { SpeakerData, type SpeakerDataEncoded } from "./audio/SpeakerData.js"
export * as SpeakerFolder from "./audio/SpeakerFolder.js"

export { Backend } from "./backends/Backend.js"
export { BackendError } from "./backends/BackendError.js"
export type { Event } from "./events/Event.js"
export { Observer, emit } from "./events/Observer.js"

// Declaration files name these types in the types of exported stages, and cannot reach into a namespace
// that their file does not import.
export type { Stage as PipelineStage } from "./Stage.js"
export type { Run as TrainingRun } from "./training/Run.js"
