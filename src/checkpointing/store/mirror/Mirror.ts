import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { t } from "../../../language/Text.js"
import type { CheckpointError } from "../../CheckpointError.js"
import { Storage } from "../../Storage.js"
import { recover } from "../Recovery.js"
import { fetchMissing } from "./fetch.js"
import type { Tiers } from "./plan.js"
import { uploadNext, type Uploads } from "./upload.js"

/** What a mirror is opened with. */
export interface MirrorTerms extends Tiers {
  readonly force: boolean
  /** The first pause after a failed upload, in milliseconds; it doubles up to a minute. */
  readonly pause: number
}

/**
 * The copies of a folder of checkpoints, made in the background, the newest first. What is to be copied
 * follows from what is in the two folders, so that a process which dies has nothing to remember.
 */
export interface Mirror {
  /** Renews its lock. Fails with `LockLost` once another process holds it. */
  readonly check: Effect.Effect<void, CheckpointError>
  /** Waits until its lock is lost; succeeds with the reason. */
  readonly lost: Effect.Effect<CheckpointError>
  /** Begins to copy, or to look whether there is more to copy. */
  readonly wake: Effect.Effect<void>
  /** Waits until all is copied, from the last `wake` on. */
  readonly idle: Effect.Effect<void>
  /** Copies nothing until `wake`; a copy in progress is given up, and is not there. */
  readonly hold: Effect.Effect<void>
}

/** Opens a mirror, on this thread or another. */
export type OpenMirror = (
  terms: MirrorTerms
) => Effect.Effect<Mirror, CheckpointError, Scope.Scope | Storage>

const longestPause = 60_000

/**
 * Takes the lock of a mirror, and copies to the folder what a run needs to resume and only the mirror
 * has. Then copies, after each `wake`, what is new in the folder to the mirror.
 */
export const open: OpenMirror = (terms) =>
  Effect.gen(function* () {
    const { force, mirror, pause } = terms
    const storage = yield* Storage
    const run = Effect.provideService(Storage, storage)
    const lock = yield* storage.lock(mirror, { force })
    yield* recover(mirror)
    yield* fetchMissing(terms)

    const uploads: Uploads = { ...terms, lock, damaged: new Set() }
    const idle = yield* Effect.makeLatch(true)
    let uploading: Fiber.RuntimeFiber<void> | undefined
    let isAwake = false

    /** Copies until nothing is left, and again after each failure. */
    const uploadAll = Effect.gen(function* () {
      let failures = 0
      while (isAwake) {
        isAwake = false
        const more = yield* Effect.catchAll(run(uploadNext(uploads)), (error) =>
          Effect.gen(function* () {
            // The run ends with that.
            if (error.reason === "LockLost") return yield* Effect.never
            if (failures++ === 0) {
              yield* Effect.logWarning(
                t`a checkpoint cannot be uploaded to ${mirror} now, and is tried again: ${error.message}`
              )
            }
            yield* Effect.sleep(Math.min(longestPause, pause * 2 ** (failures - 1)))
            yield* Effect.ignore(run(recover(mirror)))
            return null
          })
        )
        if (more === false) continue
        isAwake = true
        if (more === null || failures === 0) continue
        failures = 0
        yield* Effect.logInfo(t`checkpoints are uploaded to ${mirror} again`)
      }
      uploading = undefined
      yield* idle.open
    })

    const hold = Effect.suspend(() => {
      const fiber = uploading
      uploading = undefined
      isAwake = false
      return Effect.zipRight(fiber === undefined ? Effect.void : Fiber.interrupt(fiber), idle.open)
    })
    const wake = Effect.gen(function* () {
      isAwake = true
      if (uploading !== undefined) return
      yield* idle.close
      uploading = yield* Effect.forkDaemon(Effect.interruptible(uploadAll))
    }).pipe(Effect.uninterruptible)
    yield* Effect.addFinalizer(() => hold)
    return { check: lock.check, lost: lock.lost, wake, idle: idle.await, hold }
  })

/**
 * Waits for up to `patience` seconds until all is copied, and says so if it is not. Also where the fiber
 * that waits is interrupted, as when a run ends.
 */
export const settle = (
  { idle, lost, wake }: Mirror,
  mirror: string,
  patience: number
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const done = yield* Deferred.make<"idle" | "lost" | "late">()
    const answer = (what: "idle" | "lost" | "late") => Deferred.succeed(done, what)
    // Daemons, since the children of a fiber that is interrupted are interrupted with it.
    const watch = (effect: Effect.Effect<unknown>) =>
      Effect.forkDaemon(Effect.interruptible(effect))
    yield* wake
    const fibers = yield* Effect.all([
      watch(Effect.zipRight(idle, answer("idle"))),
      watch(Effect.zipRight(lost, answer("lost"))),
      watch(Effect.zipRight(Effect.sleep(patience * 1000), answer("late"))),
      watch(
        Effect.delay(
          Effect.logInfo(
            t`uploading the last checkpoint to ${mirror}: waiting up to ${patience} s; it is saved in the folder, and Ctrl+C ends the wait`
          ),
          saysAfter
        )
      )
    ])
    const how = yield* Deferred.await(done)
    yield* Fiber.interruptAll(fibers)
    if (how === "late") {
      yield* Effect.logWarning(
        t`the last checkpoint is not uploaded to ${mirror} yet, after ${patience} s: it is saved in the folder, and the next start uploads it`
      )
    }
  })

// Milliseconds after which a wait is worth a message.
const saysAfter = 500
