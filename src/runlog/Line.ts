import type { Event, ParentRun } from "../events/Event.js"

/** The version of the format, which the first line of each process says. */
export const version = 1

/** What people call a run. */
export interface Description {
  readonly name: string | null
  readonly tags: ReadonlyArray<string>
  readonly notes: string | null
}

/** Where and by what a run is computed. */
export interface Environment {
  readonly holdfast: string
  readonly tfjs: string
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly host: string
  /** `dirty`: whether tracked files have changes that are not committed; null where git did not say. */
  readonly git: { readonly commit: string; readonly dirty: boolean | null } | null
  readonly pid: number
  readonly argv: ReadonlyArray<string>
}

/** Every line says when it was written, and after how many training steps of the run. */
interface Stamp {
  /** ISO 8601, in UTC. */
  readonly time: string
  readonly global_step: number
}

/** The first line of each process that trains the run. */
export interface LogOpened extends Stamp {
  readonly event: "LogOpened"
  readonly version: number
  readonly run: Description & { readonly id: string; readonly parent: ParentRun | null }
  readonly pipeline: string | null
  readonly config: Readonly<Record<string, unknown>>
  readonly environment: Environment
  readonly backend: string | null
  /** Where the run resumes; null: from scratch. */
  readonly from: {
    readonly global_step: number
    readonly epoch: number
    readonly step: number
  } | null
}

/** A training step. */
export interface Step extends Stamp {
  readonly event: "Step"
  /** Both from 1. */
  readonly epoch: number
  readonly step: number
  /** Of this step alone; "NaN", "Infinity" or "-Infinity" where it is not finite. */
  readonly loss: number
  readonly learning_rate: number
  /** The Euclidean norm of all gradients together; absent where it was not measured. */
  readonly gradient_norm?: number
  readonly examples: number
  /** How long the step waited for its batch. */
  readonly data_wait_ms: number
  /** How long the step took, with that. */
  readonly step_ms: number
  /** The longest of the steps that this line stands for, where others were left out (see `Thin`). */
  readonly data_wait_ms_max?: number
  readonly step_ms_max?: number
}

/** What the process and the machine are doing, every few seconds. */
export interface System extends Stamp {
  readonly event: "System"
  /** Of the process, in cores, since the line before. */
  readonly cpu: number
  /** Bytes. */
  readonly rss: number
  readonly heap: number
  readonly free_memory: number
  readonly total_memory: number
  /** The load average of the last minute. */
  readonly load: number
  /** Tensors of TensorFlow.js, and their bytes. */
  readonly tensors: number
  readonly tensor_bytes: number
}

/** An event of the run, as `--json` prints it. */
export type EventLine<Tag extends Event["_tag"] = Event["_tag"]> = Tag extends unknown
  ? Stamp & { readonly event: Tag } & Omit<Extract<Event, { readonly _tag: Tag }>, "_tag">
  : never

/** A line of the log. */
export type Line = LogOpened | Step | System | EventLine

/** The line in a text; null: it is none. */
export const decode = (text: string): Line | null => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== "object" || value === null || !("event" in value)) return null
    return value.event === "Step" ? numeric(value as Step) : (value as Line)
  } catch {
    return null
  }
}

/** A step whose numbers are numbers, also those that JSON lacks. */
const numeric = (step: Step): Step =>
  typeof step.loss === "number" && typeof (step.gradient_norm ?? 0) === "number"
    ? step
    : {
        ...step,
        loss: numberOf(step.loss),
        ...(step.gradient_norm !== undefined && { gradient_norm: numberOf(step.gradient_norm) })
      }

/** A number as a line holds it: those that JSON lacks are text. */
export const numberOf = (value: unknown): number =>
  typeof value === "number" ? value : value === undefined || value === null ? NaN : Number(value)
