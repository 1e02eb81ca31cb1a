import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import type { CheckpointEntry, IntactEntry } from "../CheckpointEntry.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import type { Checkpoint, CheckpointTensor, Unsaved } from "../Checkpoint.js"
import { CheckpointError, whileComputing } from "../CheckpointError.js"
import type { CheckpointWriter } from "./CheckpointStore.js"
import { CheckpointStore } from "./CheckpointStore.js"
import { readerOf } from "../SelectCheckpoint.js"
import type { CheckpointName } from "../FileNames.js"
import * as FileNames from "../FileNames.js"
import * as TensorDigest from "../format/TensorDigest.js"

interface Kept {
  readonly checkpoint: Checkpoint
  readonly modified: Date
  readonly bytes: number
}

// A run goes on changing, or frees, what its checkpoint refers to.
const copy = ({ meta, tensors }: Unsaved) =>
  Effect.map(
    Effect.forEach(tensors, ([name, tensor]) =>
      Effect.map(tensor.bytes, (bytes) => [name, tensor, bytes.slice()] as const)
    ),
    (copies) => ({
      bytes: copies.reduce((sum, [, , bytes]) => sum + bytes.length, 0),
      checkpoint: {
        meta,
        tensors: new Map(
          copies.map(([name, tensor, bytes]): [string, CheckpointTensor] => [
            name,
            { ...tensor, bytes: Effect.sync(() => bytes.slice()) }
          ])
        )
      }
    })
  )

const make = () => {
  const files = new Map<string, Kept>()
  const pinned = new Set<string>()

  const find = (file: string) =>
    Effect.suspend(() => {
      const kept = files.get(file)
      return kept === undefined
        ? new CheckpointError({ reason: "NotFound", path: file, detail: "" })
        : Effect.succeed(kept)
    })

  const load = (file: string) => Effect.map(find(file), ({ checkpoint }) => checkpoint)

  const select = (wanted: (file: string) => boolean) =>
    Effect.sync(() =>
      CheckpointEntries.newestFirst(
        [...files]
          .filter(([file]) => wanted(file))
          .map(([file, { checkpoint, modified, bytes }]): IntactEntry => ({
            path: file,
            name: path.basename(file),
            modified,
            bytes,
            aliases: [FileNames.aliasOf(path.basename(file))].filter(
              (alias) => alias !== undefined
            ),
            pinned: pinned.has(file),
            health: Either.right(checkpoint.meta),
            meta: checkpoint.meta
          }))
      )
    )

  const list = (folder: string) => select((file) => path.dirname(file) === path.normalize(folder))

  // What is in memory is whole, or it is not there.
  const verify = (at: string) =>
    Effect.flatMap(list(at), (found) =>
      found.length > 0
        ? Effect.succeed(found)
        : Effect.zipRight(
            find(at),
            select((file) => file === at)
          )
    )

  const save = Effect.fn("MemoryStore.save")(function* (
    folder: string,
    checkpoint: Unsaved,
    name: CheckpointName
  ) {
    const modified = new Date(yield* Clock.currentTimeMillis)
    const file = path.join(folder, FileNames.fileOf(name))
    const kept = yield* Effect.mapError(copy(checkpoint), whileComputing(file))
    files.set(file, { ...kept, modified })
    return { path: file, file, bytes: kept.bytes, milliseconds: 0 }
  }, Effect.uninterruptible)

  const archive = (folder: string, stays: (candidate: CheckpointEntry) => boolean) =>
    Effect.map(list(folder), (found) => {
      let nth = 1
      const target = () => path.join(folder, "archive", String(nth))
      while ([...files.keys()].some((file) => path.dirname(file) === target())) nth++
      for (const one of found) {
        const { path: file, name } = one
        if (stays(one)) continue
        const kept = files.get(file)
        files.delete(file)
        if (kept !== undefined) files.set(path.join(target(), name), kept)
      }
      return target()
    })

  const openReadOnly = (folder: string) =>
    readerOf({
      path: folder,
      list: list(folder),
      scan: Effect.map(list(folder), (ranked) => ({ ranked, errors: [] })),
      load,
      describe: ({ path: file }) =>
        Effect.map(
          select((one) => one === file),
          Array.head
        )
    })

  const open = (folder: string): CheckpointWriter => ({
    ...openReadOnly(folder),
    save: (checkpoint, name) => save(folder, checkpoint, name),
    archive: (stays) => archive(folder, stays),
    lost: Effect.never,
    remade: Effect.succeed(0)
  })

  const inspect = Effect.fn("MemoryStore.inspect")(function* (file: string) {
    const { checkpoint, bytes } = yield* find(file)
    const tensors = yield* Effect.forEach(checkpoint.tensors, ([name, tensor]) =>
      Effect.map(tensor.bytes, (found) => ({
        name,
        dtype: tensor.dtype,
        shape: tensor.shape,
        bytes: found.length,
        digest: TensorDigest.of(found)
      }))
    )
    return { meta: checkpoint.meta, bytes, tensors }
  })

  return {
    open: (folder: string) => Effect.sync(() => open(folder)),
    openReadOnly,
    holds: (folder: string, file: string) =>
      Effect.succeed(path.dirname(file) === path.normalize(folder)),
    list,
    load,
    inspect,
    verify,
    pin: (file: string) =>
      Effect.as(
        Effect.tap(find(file), () => pinned.add(file)),
        file
      ),
    unpin: (file: string) =>
      Effect.as(
        Effect.tap(find(file), () => pinned.delete(file)),
        file
      )
  }
}

/**
 * Keeps checkpoints in memory, the latest and the best of each folder, for as long as the process
 * lives: for tests and trials.
 */
export const layer: Layer.Layer<CheckpointStore> = Layer.sync(CheckpointStore, make)
