import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { FilePrefix, PrefixCache } from "../io/ReadPrefixes.js"
import { CheckpointError } from "./CheckpointError.js"

/** What a storage knows of an object without reading it. */
export interface ObjectInfo {
  /** `other` is neither an object nor a folder: a device, a named pipe. It is never read. */
  readonly kind: "object" | "folder" | "other"
  readonly bytes: number
  readonly modified: Date
  /**
   * Equal for two names with the same content, and for no others: an inode, an ETag. Null where the
   * storage has nothing of the kind; then each name is taken for an object of its own.
   */
  readonly identity: string | null
}

/** An object that is open for reading. */
export interface OpenObject {
  readonly bytes: number
  /** Fills `buffer` from `offset` on; succeeds with the bytes read, fewer only at the end. */
  readonly read: (offset: number, buffer: Uint8Array) => Effect.Effect<number, CheckpointError>
}

/** An object that is being written; nobody can see it yet. */
export interface ObjectWriter {
  /** Writes all of `bytes`, which the caller may change afterwards. Pieces come in any order. */
  readonly write: (offset: number, bytes: Uint8Array) => Effect.Effect<void, CheckpointError>
}

/** A folder that this process, and no other, may write to. */
export interface StorageLock {
  /** Renews the lock. Fails with `LockLost` once another process holds it. */
  readonly check: Effect.Effect<void, CheckpointError>
  /** Waits until the lock is lost; succeeds with the reason. */
  readonly lost: Effect.Effect<CheckpointError>
  /** How many times the folder disappeared and was created again. */
  readonly remade: Effect.Effect<number>
}

/** How `Storage.put` writes an object. */
export interface PutOptions {
  /** The length of the object. */
  readonly bytes: number
  /** Runs right before the object gets its name: if it fails, the name keeps its old content. */
  readonly ready?: Effect.Effect<void, CheckpointError>
}

/** The operations that every `CheckpointStore` is built on. */
export interface StorageOperations {
  /** The names in a folder, in any order; none where there is no such folder. */
  readonly list: (folder: string) => Effect.Effect<ReadonlyArray<string>, CheckpointError>
  /** Fails with `NotFound` where there is nothing. */
  readonly stat: (id: string) => Effect.Effect<ObjectInfo, CheckpointError>
  /** Opens an object for `use`. Fails with `NotFound` where there is none. */
  readonly open: <A>(
    id: string,
    use: (object: OpenObject) => Effect.Effect<A, CheckpointError>
  ) => Effect.Effect<A, CheckpointError>
  /**
   * Writes an object. A crash at any moment leaves the old content of the name or all of the new.
   * The content is durable when this succeeds, the name after `sync`. Folders need not be created.
   */
  readonly put: <A>(
    id: string,
    options: PutOptions,
    body: (writer: ObjectWriter) => Effect.Effect<A, CheckpointError>
  ) => Effect.Effect<A, CheckpointError>
  /** Makes `name` another name of the object `id`, or a durable copy, in one atomic step. */
  readonly link: (id: string, name: string) => Effect.Effect<void, CheckpointError>
  /** Renames an object, also into another folder. At every moment it has one of the names, or both. */
  readonly move: (id: string, name: string) => Effect.Effect<void, CheckpointError>
  /** Removes a name; succeeds where there is none. */
  readonly remove: (id: string) => Effect.Effect<void, CheckpointError>
  /** Makes the names put, linked, moved and removed in a folder durable. */
  readonly sync: (folder: string) => Effect.Effect<void, CheckpointError>
  /**
   * Locks a folder until the scope closes, and removes what interrupted writes left in it. Fails
   * with `InUse` while another process holds it. Takes over from a dead one; with `force` also from
   * one that cannot be checked (else `Locked`).
   */
  readonly lock: (
    folder: string,
    options: { readonly force: boolean }
  ) => Effect.Effect<StorageLock, CheckpointError, Scope.Scope>
  /**
   * Applies `use` to the first `length` bytes of each object (none if it cannot be read) and gives
   * the results. A cached result is used while its object is unchanged; afterwards the cache holds
   * results for these objects only.
   */
  readonly readPrefixes: <A>(
    ids: ReadonlyArray<string>,
    length: number,
    use: (id: string, prefix: Option.Option<FilePrefix>) => A,
    cache?: PrefixCache<A>
  ) => Effect.Effect<ReadonlyArray<A>>
  /** The id of the object with a name in a folder. */
  readonly join: (folder: string, name: string) => string
  /** The folder and the name of an id. */
  readonly split: (id: string) => { readonly folder: string; readonly name: string }
  /** The canonical form of an id or a folder, with links resolved where that is possible. */
  readonly resolve: (id: string) => Effect.Effect<string>
  /** Equal for two ways of naming one folder, and for no two folders. */
  readonly folderId: (folder: string) => Effect.Effect<string, CheckpointError>
}

/**
 * Where a `CheckpointStore` keeps its objects. All names, ranking, retention, recovery, pins and
 * archives are the store's: a storage only reads and writes. `fromObjects` builds one from the few
 * operations that an object storage offers.
 */
export class Storage extends Context.Tag("holdfast/Storage")<Storage, StorageOperations>() {}

/**
 * What an object storage (S3, a key-value store, a database) offers: objects under ids of the
 * form `folder/name`. Operations fail with a `CheckpointError` that has the id as its `path`:
 * `NotFound`, `Unreadable`, `Unwritable`, `NoSpace`; `lock` also with `InUse`, `Locked` and `LockLost`.
 */
export interface ObjectStorage extends Pick<StorageOperations, "list" | "remove" | "lock"> {
  /** Fails with `NotFound` where there is no such object. */
  readonly stat: (id: string) => Effect.Effect<Omit<ObjectInfo, "kind">, CheckpointError>
  /** Up to `length` bytes from `offset` on; fewer only at the end. */
  readonly read: (
    id: string,
    offset: number,
    length: number
  ) => Effect.Effect<Uint8Array, CheckpointError>
  /** Stores an object. When this succeeds it is durable; before that, its old content is there. */
  readonly put: (id: string, bytes: Uint8Array) => Effect.Effect<void, CheckpointError>
  /** Stores the content of `id` under `other`, too, as `put` would. */
  readonly copy: (id: string, other: string) => Effect.Effect<void, CheckpointError>
}

const concurrency = 8

const trim = (folder: string) => folder.replace(/\/+$/, "")

const splitId = (id: string) => {
  const at = id.lastIndexOf("/")
  return { folder: id.slice(0, Math.max(0, at)), name: id.slice(at + 1) }
}

const prefixesOf = (objects: ObjectStorage): StorageOperations["readPrefixes"] =>
  Effect.fnUntraced(function* (ids, length, use, cache = new Map()) {
    const before = new Map(cache)
    cache.clear()
    return yield* Effect.forEach(
      ids,
      (id) =>
        Effect.gen(function* () {
          const info = yield* Effect.option(objects.stat(id))
          const state = Option.getOrNull(Option.map(info, ({ identity }) => identity))
          const known = before.get(id)
          if (known !== undefined && known.state === state) {
            cache.set(id, known)
            return known.result
          }
          const start = yield* Effect.option(objects.read(id, 0, length))
          const prefix = Option.zipWith(start, info, (start, { bytes }) => ({ start, bytes }))
          const result = use(id, prefix)
          if (Option.isSome(prefix) && state !== null) cache.set(id, { state, result })
          return result
        }),
      { concurrency }
    )
  })

/**
 * A storage on top of an object storage. An object is assembled in memory before it is stored, a
 * folder is the part of an id before the last slash, a rename is a copy and a removal.
 */
export const fromObjects = (objects: ObjectStorage): StorageOperations => ({
  list: (folder) => objects.list(trim(folder)),
  stat: (id) =>
    objects.stat(id).pipe(
      Effect.map((info): ObjectInfo => ({ kind: "object", ...info })),
      Effect.catchIf(
        ({ reason }) => reason === "NotFound",
        (error) =>
          Effect.filterOrFail(
            objects.list(trim(id)),
            (names) => names.length > 0,
            () => error
          ).pipe(
            Effect.as<ObjectInfo>({
              kind: "folder",
              bytes: 0,
              modified: new Date(0),
              identity: null
            })
          )
      )
    ),
  open: (id, use) =>
    Effect.flatMap(objects.stat(id), ({ bytes }) =>
      use({
        bytes,
        read: (offset, buffer) =>
          Effect.map(objects.read(id, offset, buffer.length), (found) => {
            buffer.set(found)
            return found.length
          })
      })
    ),
  put: (id, { bytes, ready = Effect.void }, body) =>
    Effect.gen(function* () {
      const object = yield* Effect.try({
        try: () => new Uint8Array(bytes),
        catch: (cause) =>
          new CheckpointError({ reason: "Unwritable", path: id, detail: String(cause) })
      })
      const write: ObjectWriter["write"] = (offset, piece) =>
        Effect.sync(() => object.set(piece, offset))
      const result = yield* body({ write })
      yield* Effect.zipRight(ready, objects.put(id, object))
      return result
    }),
  link: (id, name) => Effect.uninterruptible(objects.copy(id, name)),
  move: (id, name) =>
    Effect.uninterruptible(Effect.zipRight(objects.copy(id, name), objects.remove(id))),
  remove: objects.remove,
  sync: () => Effect.void,
  lock: (folder, options) => objects.lock(trim(folder), options),
  readPrefixes: prefixesOf(objects),
  join: (folder, name) => (folder === "" ? name : `${trim(folder)}/${name}`),
  split: splitId,
  resolve: (id) => Effect.succeed(trim(id)),
  folderId: (folder) => Effect.succeed(trim(folder))
})
