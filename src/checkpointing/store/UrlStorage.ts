import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { fromObjects, Storage, type StorageOperations } from "../Storage.js"
import * as FileStorage from "./FileStorage.js"

/** Whether a path names something in a bucket. */
export const isUrl = (path: string): boolean => path.startsWith("s3://")

// Imported by the first use: most runs keep their checkpoints in files.
const s3: Effect.Effect<StorageOperations> = Effect.promise(() =>
  Promise.all([
    import("../objects/S3Settings.js"),
    import("../objects/S3Client.js"),
    import("../objects/S3Storage.js")
  ])
).pipe(
  Effect.flatMap(([settings, client, storage]) =>
    Effect.map(settings.from(process.env), (found) => storage.make(client.make(found)))
  ),
  Effect.cached,
  Effect.runSync
)

// How ids are put together is the same for all objects, and needs no service.
const { join, split } = fromObjects({} as Parameters<typeof fromObjects>[0])

/**
 * Adds buckets to a storage of files: what begins with `s3://bucket/` is in S3, or in the service that
 * AWS_ENDPOINT_URL_S3 names, with the credentials that the tools of AWS would use.
 */
export const withUrls = (files: StorageOperations): StorageOperations => {
  const on = <A, E, R>(
    id: string,
    use: (storage: StorageOperations) => Effect.Effect<A, E, R>
  ): Effect.Effect<A, E, R> => (isUrl(id) ? Effect.flatMap(s3, use) : use(files))
  return {
    list: (folder) => on(folder, (storage) => storage.list(folder)),
    stat: (id) => on(id, (storage) => storage.stat(id)),
    open: (id, use) => on(id, (storage) => storage.open(id, use)),
    put: (id, options, body) => on(id, (storage) => storage.put(id, options, body)),
    link: (id, name) => on(id, (storage) => storage.link(id, name)),
    move: (id, name) => on(id, (storage) => storage.move(id, name)),
    remove: (id) => on(id, (storage) => storage.remove(id)),
    sync: (folder) => on(folder, (storage) => storage.sync(folder)),
    lock: (folder, options) => on(folder, (storage) => storage.lock(folder, options)),
    readPrefixes: (ids, length, use, cache) =>
      on(ids[0] ?? "", (storage) => storage.readPrefixes(ids, length, use, cache)),
    join: (folder, name) => (isUrl(folder) ? join : files.join)(folder, name),
    split: (id) => (isUrl(id) ? split : files.split)(id),
    resolve: (id) => on(id, (storage) => storage.resolve(id)),
    folderId: (folder) => on(folder, (storage) => storage.folderId(folder))
  }
}

/** Files of the file system service, and buckets. */
export const make: Effect.Effect<StorageOperations, never, FileSystem.FileSystem> = Effect.map(
  FileStorage.make,
  withUrls
)

/** The same, for what reads and writes without a store. */
export const layer: Layer.Layer<Storage, never, FileSystem.FileSystem> = Layer.effect(Storage, make)
