import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { randomUUID } from "node:crypto"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import { Storage } from "../Storage.js"

/** What a folder or a bucket can do, as a place for checkpoints. */
export interface StorageProbe {
  readonly folder: string
  /** The time that a small read takes, in milliseconds; the least of several. */
  readonly roundTrip: number
  /** Bytes a second at which an object of some MiB is written. */
  readonly speed: number
}

const large = 8 * 1024 * 1024
const rounds = 5

/**
 * Tries what checkpoints need of a folder or a bucket, in a folder inside it that is removed again: objects
 * are written, read back, copied, listed and removed, and of two that take a lock at once one has it.
 */
export const probe = Effect.fn("CheckpointStore.probe")(function* (folder: string) {
  const { join, link, list, lock, open, put, remove, sync } = yield* Storage
  const inside = join(folder, `holdfast-doctor-${randomUUID()}`)
  const name = join(inside, "probe")
  const copy = join(inside, "copy")
  const failed = (detail: string) =>
    new CheckpointError({ reason: "Unwritable", path: folder, detail })
  const bytes = Uint8Array.from({ length: large }, (_, i) => (i * 31) % 251)

  const oneOfTwo = Effect.fnUntraced(function* (at: string) {
    const take = Effect.either(lock(at, { force: false }))
    const taken = yield* Effect.all([take, take], { concurrency: 2 })
    const held = taken.filter(Either.isRight).length
    if (held > 1) {
      return yield* failed(
        t`two processes can hold the lock at once: the service does not enforce conditional writes`
      )
    }
    if (held === 0) return yield* taken.find(Either.isLeft)!.left
  }, Effect.scoped)

  // The lock makes the folder, and removes it when it is empty.
  yield* lock(inside, { force: false })
  yield* Effect.addFinalizer(() =>
    Effect.forEach([name, copy], (one) => Effect.ignore(remove(one)), { discard: true })
  )
  const [writing] = yield* Effect.timed(
    Effect.zipRight(
      put(name, { bytes: large }, ({ write }) => write(0, bytes)),
      sync(inside)
    )
  )
  yield* link(name, copy)
  const names = yield* list(inside)
  if (!names.includes("probe") || !names.includes("copy")) {
    return yield* failed(t`what was just written is not listed`)
  }
  const found = new Uint8Array(large)
  yield* open(copy, (object) => object.read(0, found))
  if (Buffer.compare(found, bytes) !== 0) {
    return yield* failed(t`what is read is not what was written`)
  }
  const reads: Array<number> = []
  for (let i = 0; i < rounds; i++) {
    const read = open(name, (object) => object.read(0, new Uint8Array(1)))
    reads.push(Duration.toMillis((yield* Effect.timed(read))[0]))
    yield* oneOfTwo(join(inside, `lock-${i}`))
  }
  return {
    folder,
    roundTrip: Math.min(...reads),
    speed: large / Math.max(0.001, Duration.toSeconds(writing))
  } satisfies StorageProbe
}, Effect.scoped)
