import type * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StorageOperations } from "../Storage.js"
import type { CheckpointStoreService } from "./CheckpointStoreService.js"

export { fileNames, fileOf } from "../FileNames.js"
export type { CheckpointName } from "../FileNames.js"
export type * from "./CheckpointStoreService.js"

// Imported when a layer is built: a command's help needs none of it.
const policy = Effect.promise(() => import("./storeOn.js"))

/**
 * Keeps checkpoints. Its promise: a save is durable and intact, or it never happened; damage is
 * detected, named and skipped; nothing good is deleted for something that is not yet durable.
 *
 * Names, ranking, retention, recovery, pins and archives are the same on every medium. Where the
 * checkpoints are is a `Storage`: `CheckpointStore.file`, `CheckpointStore.memory`, or a custom one.
 */
export class CheckpointStore extends Context.Tag("holdfast/CheckpointStore")<
  CheckpointStore,
  CheckpointStoreService
>() {
  /** A store on a custom storage. */
  static readonly layer = (storage: StorageOperations): Layer.Layer<CheckpointStore> =>
    Layer.effect(
      CheckpointStore,
      Effect.map(policy, ({ storeOn }) => storeOn(storage))
    )

  /**
   * A store on the files of the file system service; paths are those of files. What begins with
   * `s3://bucket/` is in a bucket: of S3, or of the service that AWS_ENDPOINT_URL_S3 names.
   */
  static readonly file: Layer.Layer<CheckpointStore, never, FileSystem.FileSystem> = Layer.effect(
    CheckpointStore,
    Effect.gen(function* () {
      const [{ storeOn }, UrlStorage, Mirrors] = yield* Effect.promise(() =>
        Promise.all([
          import("./storeOn.js"),
          import("./UrlStorage.js"),
          import("./mirror/onThread.js")
        ])
      )
      return storeOn(yield* UrlStorage.make, yield* Mirrors.open)
    })
  )

  /** A store in the memory of this process, for tests and trials. */
  static readonly memory: Layer.Layer<CheckpointStore> = Layer.unwrapEffect(
    Effect.flatMap(
      Effect.promise(() => import("./MemoryStorage.js")),
      ({ make }) => Effect.map(make, CheckpointStore.layer)
    )
  )
}
