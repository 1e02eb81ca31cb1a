import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CheckpointError } from "../CheckpointError.js"
import { leaseLock } from "../leaseLock.js"
import { fromObjects, type StorageOperations } from "../Storage.js"

interface MemoryObject {
  readonly bytes: Uint8Array
  readonly modified: Date
  /** Another one for each write. */
  readonly version: string
}

/** A new, empty storage in memory: it lasts as long as the process, or until nothing refers to it. */
export const make: Effect.Effect<StorageOperations> = Effect.sync(() => {
  const objects = new Map<string, MemoryObject>()
  let versions = 0

  const find = (id: string) =>
    Effect.suspend(() => {
      const found = objects.get(id)
      return found === undefined
        ? new CheckpointError({ reason: "NotFound", path: id, detail: "" })
        : Effect.succeed(found)
    })
  const put = (id: string, bytes: Uint8Array) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const version = String(versions++)
      objects.set(id, { bytes: bytes.slice(), modified: new Date(now), version })
      return version
    })
  const remove = (id: string) => Effect.sync(() => void objects.delete(id))

  return fromObjects({
    list: (folder) =>
      Effect.sync(() => {
        const start = `${folder}/`
        return [...objects.keys()]
          .filter((id) => id.startsWith(start))
          .map((id) => id.slice(start.length))
          .filter((name) => !name.includes("/"))
      }),
    stat: (id) =>
      Effect.map(find(id), ({ bytes, modified, version }) => ({
        bytes: bytes.length,
        modified,
        identity: version
      })),
    read: (id, offset, length) =>
      Effect.map(find(id), ({ bytes }) => bytes.slice(offset, offset + length)),
    put,
    copy: (id, other) => Effect.map(find(id), (object) => void objects.set(other, object)),
    remove,
    lock: leaseLock({
      get: (id) => Effect.sync(() => Option.fromNullable(objects.get(id))),
      putIf: (id, bytes, expected) =>
        Effect.suspend(() =>
          (objects.get(id)?.version ?? null) === expected
            ? Effect.asSome(put(id, bytes))
            : Effect.succeedNone
        ),
      remove
    })
  })
})
