import type { DatasetIdentity } from "../../checkpointing/Checkpoint.js"
import type { Values } from "../../data/Batch.js"
import type { AnyLayout } from "../../data/Layout.js"
import type { Measured } from "../metric/Metric.js"
import type { StepPosition } from "../Phase.js"
import type { Shard } from "../shards/Shards.js"
import type { Packed } from "./PackedBatch.js"

/** What a worker thread is started with. */
export interface Setup {
  /** The URL of the module whose default export is the pipeline. */
  readonly module: string
}

/** What a worker builds the model of a run from, as plain data. */
export interface Network {
  /** As a file holds it, or as it is where no schema is known. */
  readonly config: unknown
  readonly seed: number
  readonly layout: AnyLayout
  readonly identity: DatasetIdentity
  /** The names of all weights, in order, and which of them are trained. */
  readonly weights: ReadonlyArray<{ readonly name: string; readonly trainable: boolean }>
  /** What the data make of `training.class_weights`. */
  readonly classWeights: ReadonlyArray<number> | null
  readonly backend: "wasm" | "cpu"
}

/** The gradients of a shard are written to the slot; of one shard alone, those of the batch. */
export interface ShardTask {
  readonly kind: "shard"
  /** Which phase of the step. */
  readonly phase: number
  readonly shard: Shard
  /** Into how many the batch is cut. */
  readonly shards: number
  readonly batch: Packed
  readonly position: StepPosition
  /** How many random numbers of the step the phases before have drawn, where the batch is uncut. */
  readonly draws: number
  /** For so many milliseconds it is computed again and again, to warm up. */
  readonly again?: number
}

/** A batch of a split, to be evaluated. */
export interface EvaluationTask {
  readonly kind: "evaluation"
  readonly split: string
  readonly step: number
  readonly batch: Packed
  readonly position: StepPosition
}

export type Task = ShardTask | EvaluationTask

/** What a shard has come to, beside the gradients in its slot. */
export interface ShardResult {
  readonly metrics: Readonly<Record<string, Measured>>
  readonly weight: number | undefined
  /** How many random numbers of the step it has drawn, where the batch is uncut. */
  readonly draws: number
  /** For each weight of the phase, whether the loss depends on it. */
  readonly present: ReadonlyArray<boolean>
  /** The weights that the forward pass has moved, by their index among all. */
  readonly moved: ReadonlyArray<{ readonly index: number; readonly values: Values }>
}

/** What an evaluated batch has come to. */
export interface EvaluationResult {
  readonly measured: Readonly<Record<string, Measured>>
  readonly outputs: Readonly<Record<string, Values>>
}

export type Result = ShardResult | EvaluationResult

/** To a worker. The address of a slot is that of its first byte in the memory of `build`. */
export type ToWorker =
  | {
      readonly kind: "build"
      readonly network: Network
      readonly weights: SharedArrayBuffer
      readonly slots: SharedArrayBuffer
    }
  | { readonly kind: "task"; readonly id: number; readonly task: Task; readonly slot: number }

/** From a worker: that it is ready to build, or to compute; or how a task has ended. */
export type FromWorker =
  | { readonly kind: "loaded" }
  | { readonly kind: "built" }
  | { readonly kind: "unfit"; readonly message: string }
  | { readonly kind: "done"; readonly id: number; readonly result: Result; readonly ms: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string }
