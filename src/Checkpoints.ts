/**
 * Checkpoints, read and kept in code: the functions of the `CheckpointStore` provided, such as
 * `Holdfast.fileStore`.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Checkpoints, Holdfast } from "holdfast"
 *
 * const newest = Effect.gen(function* () {
 *   const all = yield* Checkpoints.list("checkpoints")
 *   const { meta, tensors } = yield* Checkpoints.load(all[0]!.path)
 *   return { epoch: meta.epoch, weights: [...tensors.keys()] }
 * })
 *
 * export const shown = newest.pipe(Effect.provide(Holdfast.fileStore))
 * ```
 */
import * as Effect from "effect/Effect"
import { CheckpointStore } from "./checkpointing/store/CheckpointStore.js"
import { restoreAlone, type Selection } from "./training/SavedModel.js"

/** Every checkpoint in a folder, the newest first; damaged ones say what is wrong with them. */
export const list = (folder: string) =>
  Effect.flatMap(CheckpointStore, (store) => store.list(folder))

/** Loads the checkpoint at `path` and verifies every byte of it. */
export const load = (path: string) => Effect.flatMap(CheckpointStore, (store) => store.load(path))

/** Reads and verifies the header of the checkpoint at `path`, and no tensor. */
export const inspect = (path: string) =>
  Effect.flatMap(CheckpointStore, (store) => store.inspect(path))

/** Reads every byte of the checkpoint at `path`, or of each in the folder there; damage is no error. */
export const verify = (path: string) =>
  Effect.flatMap(CheckpointStore, (store) => store.verify(path))

/** Keeps the checkpoint at `path`, whatever retention says; gives the path of what is kept. */
export const pin = (path: string) => Effect.flatMap(CheckpointStore, (store) => store.pin(path))

/** Leaves the checkpoint at `path` to retention again; gives its path. */
export const unpin = (path: string) => Effect.flatMap(CheckpointStore, (store) => store.unpin(path))

/** The latest and the best of a folder, which may be in use: see `CheckpointReader`. */
export const open = (folder: string) =>
  Effect.map(CheckpointStore, (store) => store.openReadOnly(folder))

/**
 * The trained model of the checkpoint at `path`, built as the checkpoint says, ready to predict or to be
 * exported; it is disposed of with the scope. Custom layers must be registered, by
 * `tf.serialization.registerClass`. Needs a `Backend` too, as `Holdfast.layer` has it.
 *
 * Fails with `ModelMismatch`, reason `Unknown`, where the checkpoint does not suffice: those of releases
 * before 0.3 do not say how their model is built. The stage `restoreModel` builds it by a function.
 */
export const trained = (path: string, selection: Selection = {}) =>
  Effect.flatMap(load(path), (checkpoint) => restoreAlone(checkpoint, path, selection))
