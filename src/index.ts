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
export { FitError } from "./training/Fit.js"
export { MetricError } from "./training/MetricError.js"
export type { ModelBuilder, ModelInput, RunParts } from "./training/RunParts.js"
export { StageError } from "./training/StageError.js"
export { SaveRequest } from "./training/SaveRequest.js"
export * as Scheduler from "./training/Scheduler.js"
export { StateError, type StateDict, type Stateful } from "./training/Stateful.js"
export type { Trained } from "./training/Trained.js"

export * as Checkpoint from "./checkpoint/Checkpoint.js"
export { CheckpointError } from "./checkpoint/CheckpointError.js"
export { CheckpointStore } from "./checkpoint/CheckpointStore.js"
export { ResumeError, Resumption } from "./checkpoint/Resumption.js"
export { JsonNumber } from "./file/JsonNumber.js"

export { CommandLine } from "./config/CommandLine.js"
export * as Config from "./config/Config.js"
export { ConfigError } from "./config/ConfigError.js"
export type { TrainingConfig, TrainingConfigEncoded } from "./config/TrainingConfig.js"
export { ConfigSource } from "./config/ConfigSource.js"

export { DataError } from "./data/DataError.js"
export type { Batch, Dataset, Draw, Examples, SplitName } from "./data/Dataset.js"
export { fingerprint } from "./data/fingerprint.js"
export { SpeakerData, type SpeakerDataEncoded } from "./data/audio/SpeakerData.js"
export * as SpeakerFolder from "./data/audio/SpeakerFolder.js"

export { Backend } from "./backend/Backend.js"
export { BackendError } from "./backend/BackendError.js"
export type { Event } from "./observe/Event.js"
export { Observer, emit } from "./observe/Observer.js"

// Declaration files name these types in the types of exported stages, and cannot reach into a namespace
// that their file does not import.
export type { Stage as PipelineStage } from "./Stage.js"
export type { Run as TrainingRun } from "./training/Run.js"
