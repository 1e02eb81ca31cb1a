/**
 * What the pages of `holdfast ui` ask of its server, and what it answers: JSON, the types of which are
 * here for both sides. A browser loads this module, so that it imports nothing.
 *
 * | route                                   | answer                                            |
 * | --------------------------------------- | ------------------------------------------------- |
 * | `GET /api/runs`                         | `RunList`                                         |
 * | `GET /api/run?id=`                      | `RunDetail`                                       |
 * | `GET /api/sweep?id=`                    | `SweepDetail`                                     |
 * | `GET /api/metrics?id=…`                 | `MetricList`                                      |
 * | `GET /api/series?id=…&metric=…`         | `SeriesList`, of each run and each metric asked   |
 * | `GET /api/live`                         | events of a stream: `LiveEvent`                   |
 * | `GET /api/examples?id=&split=`          | `ExampleList`                                     |
 * | `GET /api/audio?id=&split=&index=`      | `audio/wav`                                       |
 * | `GET /api/spectrogram?id=&split=&index=`| `Spectrogram`                                     |
 * | `POST /api/verify`, `VerifyRequest`     | `Checkpoint[]`, every byte of each read           |
 * | `POST /api/act`, `Action`               | `ActionResult`                                    |
 *
 * An answer that is not 200 has an `ApiError`. A number that JSON lacks (NaN, an infinity) is null.
 */

/** A number, or null where it is NaN or infinite. */
export type Finite = number | null

/** How a run stands. Running: a living process holds the lock of its folder. */
export type RunStatus = "running" | "finished" | "interrupted" | "stopped"

/** A checkpoint that a run was started from, of another run; or a file of another program. */
export interface Parent {
  /** The id of the other run in its checkpoints. */
  readonly id: string | null
  /** The path of the file. */
  readonly path: string
  readonly epoch: number | null
  readonly step: number | null
}

/** A run in the table of runs. */
export interface RunSummary {
  /** The path of its folder from the folder that is looked at, with "/" between names; "." for itself. */
  readonly id: string
  readonly name: string
  /** Whether somebody has named it; else `name` is that of its folder. */
  readonly isNamed: boolean
  readonly tags: ReadonlyArray<string>
  readonly notes: string
  readonly parent: Parent | null
  /** The id of the sweep that the run is a trial of. */
  readonly sweep: string | null
  readonly status: RunStatus
  /** The name or the file of the pipeline; null where nothing says it. */
  readonly pipeline: string | null
  /** ISO 8601. */
  readonly startedAt: string | null
  readonly updatedAt: string | null
  /** Seconds that its processes have run, from the first to the last line of each. */
  readonly seconds: number
  /** Epochs finished, and all of the run; `step` steps into the next one. */
  readonly epoch: number
  readonly epochs: number | null
  readonly step: number
  readonly steps: number | null
  readonly global_step: number
  /** Seconds to the end of the run as fast as the last steps were; null where it does not run. */
  readonly secondsLeft: number | null
  readonly best: {
    readonly metric: string
    readonly value: Finite
    readonly epoch: number
  } | null
  /** The last value of each metric of steps and epochs. */
  readonly latest: Readonly<Record<string, Finite>>
  /** By the paths of fields, such as `training.batch_size`; lists as JSON. */
  readonly config: Readonly<Record<string, string | number | boolean | null>>
  readonly backend: string | null
  readonly host: string | null
  readonly warnings: number
  /** At most 40 values of the training loss from first to last. */
  readonly spark: ReadonlyArray<Finite>
  /** Whether it has a log; without one, its checkpoints alone make this. */
  readonly hasLog: boolean
  /** Why the log or the folder cannot be read, or only in part; text for people. */
  readonly problem: string | null
}

/** `GET /api/runs`. */
export interface RunList {
  /** The folder that is looked at. */
  readonly root: string
  /** In the order of their start, the newest first. */
  readonly runs: ReadonlyArray<RunSummary>
  readonly sweeps: ReadonlyArray<SweepSummary>
  /** How many runs are not read yet, and not in the list: ask again in a moment. */
  readonly unread: number
  /** Whether buttons may act: the server listens on this machine alone. */
  readonly canAct: boolean
  /** The folder has so many folders that not all were looked into. */
  readonly truncated: boolean
  /** The version of Holdfast that serves. */
  readonly version: string
}

/** How a sweep stands. Stopped: nobody works on it, and trials are left. */
export type SweepState = "running" | "stopped" | "finished"

/** How a trial stands. Paused: it was stopped early, and may be trained further. */
export type TrialState = "waiting" | "running" | "paused" | "completed" | "failed"

/** A sweep in the table of runs. */
export interface SweepSummary {
  /** The path of its folder, as that of a run. */
  readonly id: string
  readonly name: string
  readonly state: SweepState
  readonly pipeline: string | null
  readonly search: string
  readonly scheduler: string
  readonly metric: string
  readonly mode: "min" | "max"
  /** How many trials each state has. */
  readonly counts: Readonly<Record<TrialState, number>>
  /** How many trials there will be, where that is known. */
  readonly total: number | null
  /** Epochs trained, by all trials. */
  readonly epochs: number
  readonly best: {
    readonly trial: number
    /** The id of its run. */
    readonly run: string
    readonly value: Finite
  } | null
  /** ISO 8601. */
  readonly startedAt: string | null
  readonly updatedAt: string | null
  /** At most 40 values: the best value so far, from the first trial to the last. */
  readonly spark: ReadonlyArray<Finite>
  /** Why its files cannot be read, or only in part; text for people. */
  readonly problem: string | null
}

/** What a sweep varies. */
export interface SweepParameter {
  /** Its path in the config. */
  readonly path: string
  readonly kind: "uniform" | "log_uniform" | "int" | "choice"
  /** The bounds of a number. */
  readonly low?: number
  readonly high?: number
  readonly log?: boolean
  readonly choices?: ReadonlyArray<unknown>
}

/** A trial of a sweep. */
export interface Trial {
  readonly number: number
  /** The id of its run. */
  readonly run: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly state: TrialState
  /** Epochs trained, and those of a trial that is trained to its end. */
  readonly epoch: number
  readonly epochs: number
  /** The best value of the metric so far. */
  readonly value: Finite
  /** The metric by epoch: `at` has the epochs, `values` what was measured after each. */
  readonly at: ReadonlyArray<number>
  readonly values: ReadonlyArray<Finite>
  /** The trial whose checkpoint after that epoch it has started from. */
  readonly fork: { readonly trial: number; readonly epoch: number } | null
  readonly worker: string | null
  /** Why it failed; text for people. */
  readonly error: string | null
}

/** `GET /api/sweep`. */
export interface SweepDetail {
  readonly summary: SweepSummary
  readonly parallel: number
  readonly parameters: ReadonlyArray<SweepParameter>
  /** In the order of their numbers. */
  readonly trials: ReadonlyArray<Trial>
  /** How much of the metric each parameter explains, from 0 to 1; null: too few trials to say. */
  readonly importance: ReadonlyArray<{ readonly path: string; readonly value: number }> | null
  /** Epochs after which the scheduler chooses which trials train further. */
  readonly rungs: ReadonlyArray<number>
  /** The command line that trains the best trial on. */
  readonly bestCommand: string | null
}

/** A process that has written to the log. */
export interface Process {
  /** ISO 8601. */
  readonly openedAt: string
  readonly environment: Readonly<Record<string, unknown>>
  /** The position that it has resumed from; null: it started the run. */
  readonly from: {
    readonly global_step: number
    readonly epoch: number
    readonly step: number
  } | null
}

/** "intact": the header is, and, where `isVerified`, every byte. */
export type Health = "intact" | "damaged" | "unchecked"

/** A checkpoint of a run. */
export interface Checkpoint {
  /** The name of its file. */
  readonly name: string
  /** Its other names: `latest`, `best`, … */
  readonly aliases: ReadonlyArray<string>
  /** Null where the header is damaged. */
  readonly epoch: number | null
  readonly step: number | null
  readonly bytes: number
  /** ISO 8601. */
  readonly savedAt: string
  /** The metric that ranks the checkpoints of the run, and the value of this one. */
  readonly metric: string
  readonly value: Finite
  readonly pinned: boolean
  readonly best: boolean
  /** "unchecked" until every byte was read, which `POST /api/verify` has the server do. */
  readonly health: Health
  /** What is wrong with it; text for people. */
  readonly problem: string | null
  /** The command line that resumes from this checkpoint; null where nothing says how it was run. */
  readonly resumeCommand: string | null
}

/** A warning of a run. */
export interface Warning {
  /** ISO 8601. */
  readonly time: string
  readonly code: string | null
  readonly message: string
}

/** A save of a checkpoint. */
export interface Save {
  /** ISO 8601. */
  readonly time: string
  readonly position: { readonly epoch: number; readonly step: number }
  readonly bytes: number
  /** How long it took to write, while training continued. */
  readonly milliseconds: number
  /** How long training paused for it. */
  readonly pauseMilliseconds: number
}

/** The time that a stage has taken in all; its path is that of its groups and its name. */
export interface StageTime {
  readonly path: ReadonlyArray<string>
  readonly seconds: number
  readonly calls: number
}

/** What a metric has to show beyond its number: a confusion matrix, say. The last of each split. */
export interface Detail {
  readonly split: string
  readonly epoch: number
  readonly metric: string
  readonly value: unknown
}

/** What the stage `evaluate` has measured. */
export interface Evaluated {
  readonly split: string
  readonly epoch: number
  readonly metrics: Readonly<Record<string, Finite>>
}

/** `GET /api/run`. */
export interface RunDetail {
  readonly summary: RunSummary
  /** As it was written, nested. */
  readonly config: unknown
  /** Of the last process. */
  readonly environment: Readonly<Record<string, unknown>>
  readonly processes: ReadonlyArray<Process>
  /** Newest first, damaged ones last. */
  readonly checkpoints: ReadonlyArray<Checkpoint>
  readonly warnings: ReadonlyArray<Warning>
  readonly saves: ReadonlyArray<Save>
  readonly stages: ReadonlyArray<StageTime>
  readonly resumeCommand: string | null
  readonly evaluated: ReadonlyArray<Evaluated>
  readonly details: ReadonlyArray<Detail>
  /** Null where it cannot be said, or the run has ended. */
  readonly secondsLeft: number | null
  readonly log: {
    /** The last line was cut off, by a kill or because it is being written. */
    readonly hasPartialLine: boolean
    /** Not every step has a line. */
    readonly isThinned: boolean
  }
}

/** What the values of a metric belong to: a training step, an epoch, a save, or a moment of the machine. */
export type MetricKind = "step" | "epoch" | "save" | "system"

/** A metric that runs have values of. */
export interface Metric {
  readonly name: string
  readonly kind: MetricKind
  readonly unit: "ms" | "s" | "bytes" | "cores" | "examples/s" | null
}

/** `GET /api/metrics`. */
export interface MetricList {
  readonly metrics: ReadonlyArray<Metric>
}

/** What the values of a curve are drawn over: `time` in seconds since the run's start, `wall` in seconds since 1970. */
export type XAxis = "step" | "epoch" | "time" | "wall"

/** A curve, of so many points as a screen shows. */
export interface Series {
  readonly id: string
  readonly metric: string
  readonly kind: MetricKind
  readonly x: ReadonlyArray<number>
  readonly y: ReadonlyArray<Finite>
  /** The lowest and the highest of the values that each point stands for, where it is of several. */
  readonly low?: ReadonlyArray<Finite>
  readonly high?: ReadonlyArray<Finite>
}

/** `GET /api/series`. */
export interface SeriesList {
  readonly series: ReadonlyArray<Series>
}

/** An event of `GET /api/live`: the name of the event, and its data. */
export type LiveEvent =
  /** A run that is new, or has changed. */
  | { readonly event: "run"; readonly data: RunSummary }
  /** A run whose folder is gone. */
  | { readonly event: "gone"; readonly data: { readonly id: string } }
  /** A sweep that is new, or has changed: those who show it ask for it. */
  | { readonly event: "sweep"; readonly data: SweepSummary }
  | { readonly event: "sweepGone"; readonly data: { readonly id: string } }
  /** A run has more points than before: those who draw it ask for them. */
  | {
      readonly event: "points"
      readonly data: { readonly id: string; readonly global_step: number }
    }

/** An example that the model has classified badly. */
export interface Example {
  readonly index: number
  readonly name: string
  readonly path: string | null
  /** The part of the recording, in seconds. */
  readonly from: number | null
  readonly to: number | null
  readonly label: string
  readonly predicted: string
  /** Of the class that is predicted, and of the label. */
  readonly probability: Finite
  readonly labelProbability: Finite
  readonly loss: Finite
  /** Whether there is a recording that the server may play. */
  readonly media: "audio" | null
}

/** `GET /api/examples`, the worst first. */
export interface ExampleList {
  readonly split: string
  /** The splits that there are examples of. */
  readonly splits: ReadonlyArray<string>
  readonly epoch: number | null
  readonly metric: string
  readonly examples: ReadonlyArray<Example>
}

/** `GET /api/spectrogram`: a log-mel spectrogram. */
export interface Spectrogram {
  readonly frames: number
  readonly mels: number
  /** In dB, frame by frame: `values[frame * mels + mel]`, the lowest frequency first. */
  readonly values: ReadonlyArray<number>
  readonly seconds: number
}

/** `POST /api/verify`: has the server read every byte of a checkpoint, or of all of the run. */
export interface VerifyRequest {
  readonly id: string
  readonly checkpoint?: string
}

/** `POST /api/act`. */
export type Action =
  /** Has the run save a checkpoint now. */
  | { readonly action: "save"; readonly id: string }
  /** Has the run save a checkpoint and end. */
  | { readonly action: "stop"; readonly id: string }
  | { readonly action: "pin"; readonly id: string; readonly checkpoint: string }
  | { readonly action: "unpin"; readonly id: string; readonly checkpoint: string }
  /** Replaces what is given. */
  | {
      readonly action: "note"
      readonly id: string
      readonly name?: string
      readonly notes?: string
      readonly tags?: ReadonlyArray<string>
    }

/** The answer to an action that was taken. */
export interface ActionResult {
  /** The run as it is now; a run that was asked to save or stop shows it in `GET /api/live` when it has. */
  readonly summary: RunSummary
}

/** Why a request was refused. */
export type ApiErrorCode =
  /** A parameter is missing or wrong. */
  | "Invalid"
  /** The token is missing or wrong. */
  | "Unauthorized"
  /** The host or the origin is another, or the server does not act. */
  | "Forbidden"
  | "NotFound"
  /** The run is in no state to do it. */
  | "Conflict"
  | "TooLarge"
  | "Failed"

/** What an answer that is not 200 has. */
export interface ApiError {
  readonly error: ApiErrorCode
  /** Text for people. */
  readonly message: string
}
