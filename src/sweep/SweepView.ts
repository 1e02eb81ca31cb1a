import type { Sample } from "./space/Space.js"
import type { Fork } from "./Ticket.js"

/** A sweep as commands and pages show it. */
export interface SweepView {
  readonly name: string
  /** Where it is kept: the folder given to the reader. */
  readonly folder: string
  /** The pipeline's file, as the sweep names it. */
  readonly pipeline: string
  readonly metric: string
  readonly mode: "min" | "max"
  /** The name of the search algorithm, and of the scheduler: "tpe", "asha". */
  readonly search: string
  readonly scheduler: string
  readonly state: "running" | "stopped" | "finished"
  /** The trials that may be open when a further one is chosen. */
  readonly parallel: number
  /** How many trials are planned. */
  readonly total: number
  /** The epochs at which trials are compared, where the scheduler has such. */
  readonly rungs?: ReadonlyArray<number>
  /** ISO 8601. */
  readonly startedAt?: string
  readonly parameters: ReadonlyArray<ParameterView>
  readonly trials: ReadonlyArray<TrialView>
  /** The number of the trial with the best value. */
  readonly best?: number
  /** The checkpoint of that trial, and the command line that trains on from it. */
  readonly bestCheckpoint?: string
  readonly bestCommand?: string
  /** How much of the metric's variation each parameter explains; missing: too few trials. */
  readonly importance?: ReadonlyArray<{ readonly path: string; readonly value: number }>
  /** What is wrong with the files of the sweep. */
  readonly problem?: string
}

/** A parameter of a sweep. */
export interface ParameterView {
  readonly path: string
  readonly kind: "uniform" | "log_uniform" | "int" | "choice"
  readonly low?: number
  readonly high?: number
  readonly log?: boolean
  readonly choices?: ReadonlyArray<unknown>
}

/** A trial of a sweep. */
export interface TrialView {
  readonly number: number
  /** The folder of its run, below that of the sweep. */
  readonly folder: string
  readonly parameters: Sample
  /** "paused": stopped early by the scheduler; it can be trained on. */
  readonly state: "waiting" | "running" | "paused" | "completed" | "failed"
  /** The epochs finished, and those of a trial that is trained to its end. */
  readonly epoch: number
  readonly epochs: number
  /** The best value so far. */
  readonly value?: number
  readonly values: ReadonlyArray<{ readonly epoch: number; readonly value: number }>
  readonly fork?: Fork
  /** Who trains it: a number on one machine, or a name. */
  readonly worker?: string
  /** Why it failed. */
  readonly error?: string
}
