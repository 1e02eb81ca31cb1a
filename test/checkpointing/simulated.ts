import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as CheckpointEntries from "../../src/checkpointing/CheckpointEntry.js"
import type { CheckpointWriter } from "../../src/checkpointing/store/CheckpointStore.js"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import { DiskSpace } from "../../src/io/DiskSpace.js"
import type { Checkpoint } from "../../src/checkpointing/Checkpoint.js"
import { Direct, type DirectAccess } from "../../src/io/directWrite.js"
import { sector } from "../io/SimulatedDisk.js"
import { sampleMeta, tensor } from "./sample.js"

export const folderPath = "/run/checkpoints"

/** Files of `fs` as if they were written past a cache. */
const directOn = (fs: FileSystem.FileSystem): DirectAccess => ({
  least: 1,
  open: (path) =>
    Effect.option(
      Effect.map(fs.open(path, { flag: "r+" }), (file) => ({
        unit: sector,
        writeAt: (offset, bytes) =>
          Effect.zipRight(file.seek(offset, "start"), file.writeAll(bytes))
      }))
    )
})

/** A store on a simulated file system that tells no space, its warnings unheard. */
export const storeOn = (fileSystem: FileSystem.FileSystem) =>
  Layer.provide(CheckpointStore.file, Layer.succeed(FileSystem.FileSystem, fileSystem)).pipe(
    Layer.merge(Layer.succeed(DiskSpace, { available: () => Effect.succeedNone })),
    Layer.merge(Layer.succeed(Direct, directOn(fileSystem))),
    Layer.merge(Logger.remove(Logger.defaultLogger))
  )

export const withStore = <A, E>(
  fileSystem: FileSystem.FileSystem,
  use: (store: CheckpointStore["Type"]) => Effect.Effect<A, E>
) => Effect.provide(Effect.flatMap(CheckpointStore, use), storeOn(fileSystem))

/** Opens the folder, as one process does, for `use`. */
export const withFolder = <A, E>(
  fileSystem: FileSystem.FileSystem,
  use: (folder: CheckpointWriter) => Effect.Effect<A, E>
) => withStore(fileSystem, (store) => Effect.scoped(Effect.flatMap(store.open(folderPath), use)))

const best = { metric: "val_loss", mode: "min" as const, value: 0.2, epoch: 2 }

/** The end of an epoch, after epoch 2 was the best with 0.2, or after this one is. */
export const epochEnd = (epoch: number, valLoss: number): Checkpoint => ({
  meta: sampleMeta(epoch, valLoss, valLoss > best.value ? { best } : {}),
  tensors: new Map([
    ["model_state_dict.kernel", tensor(epoch, 300)],
    ["model_state_dict.bias", tensor(-epoch, 2)]
  ])
})

/** Saves epochs 1 to 3, of which 2 is the best; the next save has something to remove. */
export const earlier = (folder: CheckpointWriter) =>
  Effect.gen(function* () {
    yield* folder.save(epochEnd(1, 0.5), "best")
    yield* folder.save(epochEnd(1, 0.5), "latest")
    yield* folder.save(epochEnd(2, 0.2), "best")
    yield* folder.save(epochEnd(2, 0.2), "latest")
    yield* folder.save(epochEnd(3, 0.4), "latest")
  })

/** What the folder gives: the epochs found, and those behind the two well-known names. */
export const found = (fileSystem: FileSystem.FileSystem) =>
  withStore(fileSystem, (store) =>
    Effect.gen(function* () {
      const reader = store.openReadOnly(folderPath)
      const epochOf = (file: string) =>
        Effect.map(store.load(`${folderPath}/${file}`), ({ meta }) => meta.epoch)
      return {
        latest: Option.getOrNull(yield* reader.latest)?.meta.epoch,
        best: Option.getOrNull(yield* reader.best)?.meta.epoch,
        latestFile: yield* epochOf("latest_checkpoint.safetensors"),
        bestFile: yield* epochOf("best_model.safetensors")
      }
    })
  )

/** The epochs of the checkpoints in a folder whose headers are intact, the newest first. */
export const epochsIn = (fileSystem: FileSystem.FileSystem, folder = folderPath) =>
  Effect.map(
    withStore(fileSystem, (store) => store.list(folder)),
    (list) => CheckpointEntries.intact(list).map(({ meta }) => meta.epoch)
  )

/** Saves that may go wrong, after `earlier`, what is found before and after them, and kept. */
export const saves = [
  {
    name: "a save as the latest",
    save: (folder: CheckpointWriter) => folder.save(epochEnd(4, 0.3), "latest"),
    old: { latest: 3, best: 2 },
    new: { latest: 4, best: 2 },
    kept: [4, 3, 2]
  },
  {
    name: "a save as the best",
    save: (folder: CheckpointWriter) => folder.save(epochEnd(4, 0.1), "best"),
    old: { latest: 3, best: 2 },
    new: { latest: 4, best: 4 },
    kept: [4, 3]
  }
]

/** How many random states to try: few in the test command, many in a soak. */
export const soak = Number(process.env["HOLDFAST_SOAK"] ?? 0)
