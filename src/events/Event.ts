import type { EpochRecord } from "../checkpointing/Checkpoint.js"
import type { Determinism } from "../backends/Determinism.js"
import type { CheckpointName } from "../checkpointing/FileNames.js"
import type { LoadReport } from "../models/LoadReport.js"

/** Where a run stands, as people count: `epoch` epochs finished, `step` steps into the next. */
export interface RunPosition {
  readonly epoch: number
  readonly step: number
}

/** What is known of a training step alone. */
export interface StepMeasurement {
  /** Steps of all epochs, with this one. */
  readonly global_step: number
  readonly loss: number
  readonly learning_rate: number
  /** The Euclidean norm of all gradients together; absent in a step that has not measured it. */
  readonly gradient_norm?: number
  /** How long the step waited for its batch, and how long it took with that. */
  readonly data_wait_ms: number
  readonly step_ms: number
}

/** What a run was begun from: the checkpoint of another folder, or a model file. */
export interface ParentRun {
  /** The id of the run that saved the checkpoint; null where the file is another program's. */
  readonly id: string | null
  readonly path: string
  readonly epoch: number | null
  readonly step: number | null
}

/** The time that a stage took in this process so far, that of the stages inside it included. */
export interface StageTime {
  /** The names of the stages around it, from the pipeline's on, then its own. */
  readonly path: ReadonlyArray<string>
  readonly seconds: number
  readonly calls: number
}

/** What a notice is about, for programs that read events. */
export type NoticeCode =
  /** The backend differs from that of the checkpoint: the run is no longer exact to the bit. */
  | "BackendChanged"
  /** The model has the weights of the best epoch again. */
  | "BestRestored"
  /** The file that the config comes from. */
  | "ConfigFile"
  /** About the data: what was made, skipped or moved. */
  | "Data"
  /** The data differs from that of the checkpoint. */
  | "DataChanged"
  /** The weights have diverged, and are not saved. */
  | "Diverged"
  /** The checkpoint was computed deterministically, and this run is not, or not in the same way. */
  | "DeterminismLost"
  /** The run has gone back to an earlier checkpoint, as it had diverged. */
  | "DivergenceRestored"
  /** Logged by the pipeline, or by a library. */
  | "Log"
  /** Something about the model that hinders training. */
  | "Model"
  /** A stage monitors another metric than before, and starts over. */
  | "MonitorChanged"
  /** There are no best weights to restore. */
  | "NoBest"
  /** The optimizer is another than the checkpoint's, and starts without a state. */
  | "OptimizerChanged"
  /** A save has failed, and is tried again. */
  | "SaveFailed"
  /** The log of the run cannot be written. */
  | "RunLog"
  /** Something about the schedule of the learning rate. */
  | "Schedule"
  /** A part of the run starts without the state that it had. */
  | "StateLost"
  /** A training step has failed midway, and its state is not saved. */
  | "StepFailed"
  /** A training step has diverged, and is skipped. */
  | "StepSkipped"
  /** An interrupted run trains on. */
  | "Unstopped"
  /** About the worker threads that compute steps. */
  | "Workers"

/**
 * An event that a pipeline defines itself, for its observers and `--json`; the command line's display
 * leaves it out. See `Event.Custom`.
 */
export interface CustomEvent<out Name extends string = string, out Payload = unknown> {
  readonly _tag: "Custom"
  readonly name: Name
  /** Printed as JSON. */
  readonly payload: Payload
}

/**
 * Something that happened in a run, as observers see it. `--json` prints one of these a line. Fields are
 * JSON, named in snake_case, with the unit where it is not seconds; docs/stages.md lists them.
 *
 * @example
 * ```ts
 * import { emit, Event, Observer } from "holdfast"
 * import * as Effect from "effect/Effect"
 *
 * class ImageLogged extends Event.Custom("ImageLogged")<{ readonly path: string }> {}
 *
 * export const log = emit(new ImageLogged({ path: "samples/3.png" }))
 *
 * export const gallery = Observer.make((event) =>
 *   event instanceof ImageLogged ? Effect.log(event.payload.path) : Effect.void
 * )
 * ```
 */
export type Event =
  | CustomEvent
  | {
      readonly _tag: "Notice"
      readonly level: "info" | "warning"
      /** What it is about; absent in those of a custom stage, which may emit an event of its own. */
      readonly code?: NoticeCode
      readonly message: string
    }
  | {
      readonly _tag: "BackendChosen"
      readonly backend: string
      readonly reason: string
      /** What the backend promises; null: nothing is known of it. */
      readonly determinism: Determinism | null
    }
  | {
      readonly _tag: "DatasetLoaded"
      readonly name: string
      readonly classes: ReadonlyArray<string>
      /** Examples of each split; null: unknown. */
      readonly sizes: Readonly<Record<"train" | "validation" | "test", number | null>>
    }
  | {
      readonly _tag: "ConfigChanged"
      readonly changes: ReadonlyArray<{
        readonly path: string
        readonly before: unknown
        readonly after: unknown
        /** Which of the two the run uses. */
        readonly wins: "config" | "checkpoint"
      }>
    }
  | {
      readonly _tag: "RunStarted"
      /** The same in every process that resumes the run. */
      readonly id: string
      /** Where its checkpoints are. */
      readonly folder: string
      readonly pipeline: string | null
      readonly backend: string
      readonly config: Readonly<Record<string, unknown>>
      /** Steps of all epochs that are done. */
      readonly global_step: number
      /** The records of the epochs that are done; `--json` leaves them out. */
      readonly history: ReadonlyArray<EpochRecord>
      /** What the run was begun from, where that is not in its folder. */
      readonly parent: ParentRun | null
      readonly epochs: number
      readonly steps_per_epoch: number | null
      readonly parameters: number
      /** The checkpoint that the run resumes from; null when it starts from scratch. */
      readonly from:
        | (RunPosition & {
            readonly path: string
            /** Why, if the user was not asked. */
            readonly reason?: "Explicit" | "NonInteractive"
          })
        | null
    }
  | {
      /** The weights of a new run are those of a file of another program. */
      readonly _tag: "WeightsLoaded"
      readonly report: LoadReport
      /** What the file says beside its weights: `epoch`, `best_val_loss`. */
      readonly info: Readonly<Record<string, unknown>>
      readonly frozen: ReadonlyArray<string>
    }
  | {
      readonly _tag: "StepFinished"
      readonly phase: "train" | "validation" | "test"
      readonly epoch: number
      readonly epochs: number
      readonly step: number
      /** null while nobody knows: in a stream of unknown length until its end is seen. */
      readonly steps: number | null
      /** The mean loss of the epoch so far. */
      readonly loss: number
      /** Examples in this step. */
      readonly examples: number
      /** Of this step alone, in a run that trains. */
      readonly measured?: StepMeasurement
    }
  | {
      /** What validation inside an epoch has measured (see `training.validation_interval`). */
      readonly _tag: "Validated"
      readonly epoch: number
      readonly epochs: number
      /** The steps done in the epoch, and all of it; `global_step` counts those of all epochs. */
      readonly step: number
      readonly steps: number | null
      readonly global_step: number
      /** By their names in the history: `val_loss`. */
      readonly metrics: Readonly<Record<string, number>>
    }
  | {
      /** What a metric has to show beyond its number, as JSON: a confusion matrix, say. */
      readonly _tag: "MetricDetail"
      readonly phase: "train" | "validation" | "test"
      /** The epoch whose weights were measured. */
      readonly epoch: number
      /** The steps that trained these weights, of all epochs. */
      readonly global_step: number
      readonly metric: string
      readonly value: unknown
    }
  | {
      /** After each epoch and at the end of the run: where the time went since the process began. */
      readonly _tag: "StageTimes"
      readonly stages: ReadonlyArray<StageTime>
    }
  | {
      readonly _tag: "EpochFinished"
      readonly record: EpochRecord
      readonly epochs: number
      /** The steps done by then, of all epochs. */
      readonly global_step: number
      /** Whether it is the best so far. */
      readonly is_best: boolean
      /** The best so far, by the metric that the pipeline monitors; absent where an earlier release trained it. */
      readonly best?: {
        readonly metric: string
        readonly value: number
        readonly epoch: number
      } | null
    }
  | {
      readonly _tag: "CheckpointSaved"
      readonly path: string
      readonly name: CheckpointName
      readonly position: RunPosition
      /** Steps of all epochs up to the position. */
      readonly global_step: number
      readonly bytes: number
      /** How many milliseconds it took to write, while training continued. */
      readonly write_ms: number
      /** How many milliseconds training paused for it. */
      readonly pause_ms: number
    }
  | {
      readonly _tag: "EarlierRunArchived"
      readonly path: string
      /** Where the run has gone back to, if what was moved are later checkpoints of its own. */
      readonly after?: RunPosition
    }
  | {
      /** The run has gone back to a checkpoint of its own, as it had diverged. */
      readonly _tag: "WentBack"
      readonly path: string
      readonly position: RunPosition
      readonly global_step: number
    }
  | {
      readonly _tag: "AlreadyFinished"
      readonly epoch: number
      readonly epochs: number
      /** Why it had ended before its last epoch; null when it had not. */
      readonly stopped: string | null
      /** The stage that ended it, where one says that it would do so again. */
      readonly stopped_by: string | null
    }
  | {
      readonly _tag: "Interrupted"
      readonly position: RunPosition
      /** The checkpoint that was saved for it; null: there was nothing to save. */
      readonly path: string | null
    }
  | {
      readonly _tag: "Evaluated"
      readonly split: string
      /** The epoch whose weights were measured, and the steps that trained them, of all epochs. */
      readonly epoch: number
      readonly global_step: number
      readonly metrics: Readonly<Record<string, number>>
    }
  | {
      /** What a pipeline is for, other than training: shown to the user whatever the verbosity. */
      readonly _tag: "Result"
      readonly text: string
      readonly value: unknown
    }
  | {
      readonly _tag: "RunFinished"
      readonly epoch: number
      /** Why it ended before its last epoch; null when it did not. */
      readonly stopped: string | null
      readonly best: {
        readonly metric: string
        readonly value: number
        readonly epoch: number
      } | null
      readonly seconds: number
    }

export const Event: {
  /** Makes the class of a custom event, with a name and a payload. */
  readonly Custom: <const Name extends string>(
    name: Name
  ) => new <Payload>(payload: Payload) => CustomEvent<Name, Payload>
} = {
  Custom: <const Name extends string>(name: Name) =>
    class<Payload> implements CustomEvent<Name, Payload> {
      readonly _tag = "Custom"
      readonly name = name
      constructor(readonly payload: Payload) {}
    }
}
