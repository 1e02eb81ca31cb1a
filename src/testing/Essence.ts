import * as Effect from "effect/Effect"
import type { Checkpoint } from "../checkpointing/Checkpoint.js"

/**
 * All that exactness covers in a checkpoint, as plain values that a test compares: every tensor to the
 * bit, and the metadata except for times, the run's id, the config and what worker threads there were.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Checkpoints, Holdfast } from "holdfast"
 * import { essence } from "holdfast/testing"
 *
 * const of = (path: string) => Effect.flatMap(Checkpoints.load(path), essence)
 *
 * export const both = Effect.all([of("a/latest_checkpoint.safetensors"), of("b/latest_checkpoint.safetensors")])
 *   .pipe(Effect.provide(Holdfast.fileStore))
 * ```
 */
export const essence = Effect.fn("essence")(function* <E>({ meta, tensors }: Checkpoint<E>) {
  const bytes: Record<string, string> = {}
  for (const [name, tensor] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    bytes[name] =
      `${tensor.dtype} [${tensor.shape}] ${Buffer.from(yield* tensor.bytes).toString("hex")}`
  }
  const {
    run_id: _id,
    saved_at: _at,
    workers: _workers,
    data_workers: _dataWorkers,
    position,
    train_history,
    config: _config,
    ...rest
  } = meta
  return {
    bytes,
    ...rest,
    position: { ...position, seconds: 0 },
    train_history: train_history.map((record) => ({ ...record, seconds: 0 }))
  }
})
