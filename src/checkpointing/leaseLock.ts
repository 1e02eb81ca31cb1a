import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import * as Expiry from "../io/folderLock/Expiry.js"
import { describe, Holder, Lease, LockedError, type LockedReason } from "../io/folderLock/Holder.js"
import * as ProcessIdentity from "../io/ProcessIdentity.js"
import { t } from "../language/Text.js"
import type { CheckpointError } from "./CheckpointError.js"
import type { StorageOperations } from "./Storage.js"
import { whileLocking } from "./store/FileErrors.js"

/** Objects that are replaced only if they are unchanged: `If-Match` and `If-None-Match` of HTTP. */
export interface ConditionalObjects {
  /** An object and its version, which changes with its content (an ETag); none where there is none. */
  readonly get: (
    id: string
  ) => Effect.Effect<
    Option.Option<{ readonly bytes: Uint8Array; readonly version: string }>,
    CheckpointError
  >
  /**
   * Writes an object if its version is `expected` (null: if there is none), in one atomic step.
   * Succeeds with its new version, or with none if it has another version by now.
   */
  readonly putIf: (
    id: string,
    bytes: Uint8Array,
    expected: string | null
  ) => Effect.Effect<Option.Option<string>, CheckpointError>
  readonly remove: (id: string) => Effect.Effect<void, CheckpointError>
}

/** The content of a lock: who holds it, and on which terms. */
const OwnedHolder = Schema.parseJson(
  Schema.Struct({
    ...Holder.fields,
    token: Schema.String,
    /** Each renewal writes another content: the ETags of some storages are digests of it. */
    renewals: Schema.Int
  })
)

/** The name of the lock in its folder. */
export const lockName = ".lock"

// Looks at another process's lock while its time-out passes.
const looks = 30

// Milliseconds.
const releasesWithin = 3000

/**
 * The `lock` of a storage whose objects can be written conditionally: the object `.lock` in the
 * folder, renewed by each write of a new version. The terms are those of `Lease`. The lock of a dead
 * process of this machine is taken over at once; that of a process that cannot be checked when it has
 * not been renewed for its time-out, by the clock of this process alone, or at once with `force`.
 */
export const leaseLock =
  ({ get, putIf, remove }: ConditionalObjects): StorageOperations["lock"] =>
  (folder, { force }) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const id = `${folder}/${lockName}`
        const lease = yield* Lease
        const token = randomUUID()
        const holder = {
          ...(yield* ProcessIdentity.current),
          token,
          since: new Date(yield* Clock.currentTimeMillis).toISOString(),
          lease
        }
        let renewals = 0
        let renewedAt = yield* Clock.currentTimeNanos
        const write = (expected: string | null) =>
          Effect.orDie(Schema.encode(OwnedHolder)({ ...holder, renewals: renewals++ })).pipe(
            Effect.flatMap((text) => putIf(id, new TextEncoder().encode(text), expected))
          )
        const read = Effect.map(get(id), (found) =>
          Option.getOrNull(
            Option.map(found, ({ bytes, version }) => ({
              version,
              holder: Option.getOrNull(
                Schema.decodeOption(OwnedHolder)(new TextDecoder().decode(bytes))
              )
            }))
          )
        )
        const refuse = (reason: LockedReason, holder: Holder | null) =>
          whileLocking(folder)(new LockedError({ folder, holder, reason }))

        /** Waits until the lock with this version has expired. */
        const expired = Effect.fnUntraced(function* (
          version: string,
          other: Holder,
          timeout: number
        ) {
          yield* Effect.logInfo(
            t`waiting up to ${timeout / 1000} s for the lock of ${folder}, held by ${describe(other)}: it is taken over unless it is renewed by then`
          )
          const begun = yield* Clock.currentTimeNanos
          let waited = 0
          // By the clock, since each look may take long as well.
          while (waited < timeout) {
            yield* Effect.sleep(timeout / looks)
            waited = Number((yield* Clock.currentTimeNanos) - begun) / 1e6
            const now = yield* read
            if (now?.version !== version) return yield* refuse("InUse", now?.holder ?? other)
          }
        })

        const acquire: Effect.Effect<string, CheckpointError> = Effect.gen(function* () {
          const found = yield* read
          if (found !== null) {
            const state =
              found.holder === null ? "unknown" : yield* ProcessIdentity.stateOf(found.holder)
            if (state === "running") return yield* refuse("InUse", found.holder)
            if (state === "unknown" && !force) {
              const timeout = found.holder?.lease?.timeout
              if (found.holder === null || timeout === undefined) {
                return yield* refuse("Unknown", found.holder)
              }
              yield* restore(expired(found.version, found.holder, timeout))
            }
          }
          const version = yield* write(found?.version ?? null)
          return Option.isSome(version)
            ? version.value
            : yield* refuse("InUse", (yield* read)?.holder ?? null)
        })

        let version = yield* acquire
        const lost = yield* Deferred.make<CheckpointError>()
        const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
        const renew = Effect.gen(function* () {
          const begun = yield* Clock.currentTimeNanos
          const renewed = yield* write(version)
          if (Option.isSome(renewed)) {
            version = renewed.value
            renewedAt = begun
            return
          }
          const now = yield* read
          // A renewal that was reported as failed may have been made.
          if (now?.holder?.token === token) {
            version = now.version
            renewedAt = begun
            return
          }
          const error = refuse("Lost", now?.holder ?? null)
          yield* Deferred.succeed(lost, error)
          return yield* error
        }).pipe(Effect.uninterruptible, oneAtATime)
        const check = Expiry.unlessLost(Deferred.await(lost), renew)
        const silence = Effect.map(Clock.currentTimeNanos, (now) => Number(now - renewedAt) / 1e6)
        yield* Expiry.expired(lease, silence, check).pipe(
          Effect.zipRight(Deferred.succeed(lost, refuse("Expired", null))),
          Effect.interruptible,
          Effect.forkScoped
        )
        // What is lost is another's, or soon will be.
        const release = Effect.flatMap(Deferred.isDone(lost), (isLost) =>
          isLost
            ? Effect.void
            : Effect.flatMap(read, (now) =>
                now?.holder?.token === token ? remove(id) : Effect.void
              )
        )
        // A process that ends because nobody answers does not wait for an answer to this either.
        yield* Effect.addFinalizer(() => Expiry.endedWithin(releasesWithin, release))
        yield* Effect.sleep(lease.every).pipe(
          Effect.zipRight(check),
          // Any other error may be over by the next time.
          Effect.catchIf(
            ({ reason }) => reason !== "LockLost",
            () => Effect.void
          ),
          Effect.forever,
          Effect.ignore,
          Effect.interruptible,
          Effect.forkScoped
        )
        return { check, lost: Deferred.await(lost), remade: Effect.succeed(0) }
      })
    )
