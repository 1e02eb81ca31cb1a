import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { existsSync } from "node:fs"
import * as path from "node:path"
import { Worker } from "node:worker_threads"
import { t } from "../../language/Text.js"
import * as Errno from "../Errno.js"
import { isNodeFileSystem } from "../isNodeFileSystem.js"
import * as Holder from "./Holder.js"
import type { LeaseTerms } from "./Holder.js"
import * as OwnerName from "./OwnerName.js"

/**
 * Renews a lock by renaming its file to the next name. That fails if another process has removed the
 * file to take over, and makes that removal fail if it comes first: exactly one of the two succeeds,
 * also where a network file system shows one of them an old state.
 */
export interface Heartbeat {
  /** Renews now. Fails with a missing file if the lock is lost. */
  readonly renew: Effect.Effect<void, PlatformError>
  /** Milliseconds since the last renewal that succeeded began, by a clock that nobody sets. */
  readonly silence: Effect.Effect<number>
  /** Waits until a renewal has found that the lock is lost. */
  readonly missed: Effect.Effect<void>
  /** Ends the renewals. */
  readonly stop: Effect.Effect<void>
}

/** What is renewed, and when. */
export interface Beat {
  readonly lock: string
  readonly token: string
  readonly every: LeaseTerms["every"]
}

/** What the renewing thread is given. */
export interface ThreadBeat extends Beat {
  /** When the last renewal that succeeded began, by `process.hrtime`, which all threads share. */
  readonly renewedAt: BigInt64Array<SharedArrayBuffer>
}

/** An error in a form that can be sent to another thread. */
export interface Failure {
  readonly code: string
  readonly errno: number
  readonly message: string
}

export type ToThread = "renew" | "stop"

export type FromThread =
  | { readonly _tag: "Renewed"; readonly failure: Failure | null }
  | { readonly _tag: "Missed" }
  | { readonly _tag: "Stopped" }

// Missing where the sources run unbuilt: only built code can start a thread.
const script = new URL("./RenewingThread.js", import.meta.url)

const startThread = (beat: ThreadBeat) =>
  Effect.try(() => {
    if (!existsSync(script)) throw new Cause.NoSuchElementException()
    return new Worker(script, { workerData: beat, execArgv: [], name: "lock" })
  })

/** Renews a lock from another thread, which no training step delays. Fails where none can start. */
const onThread = Effect.fnUntraced(function* (beat: Beat) {
  const renewedAt = new BigInt64Array(new SharedArrayBuffer(8))
  renewedAt[0] = process.hrtime.bigint()
  const worker = yield* startThread({ ...beat, renewedAt })
  const missed = yield* Deferred.make<void>()
  const stopped = yield* Deferred.make<void>()
  const waiting: Array<Deferred.Deferred<void, PlatformError>> = []
  const toError = Errno.toError("rename", beat.lock)
  const answer = (failure: Failure | null) => {
    const first = waiting.shift()
    if (waiting.length === 0) worker.unref()
    if (first === undefined) return
    const result =
      failure === null
        ? Effect.void
        : Effect.fail(toError(Object.assign(new Error(failure.message), failure)))
    Deferred.unsafeDone(first, result)
  }
  worker.on("message", (message: FromThread) => {
    if (message._tag === "Renewed") answer(message.failure)
    else if (message._tag === "Missed") Deferred.unsafeDone(missed, Effect.void)
    else Deferred.unsafeDone(stopped, Effect.void)
  })
  let ended: Failure | undefined
  const end = (message: string) => {
    ended ??= { code: "ECANCELED", errno: 0, message }
    while (waiting.length > 0) answer(ended)
  }
  worker.on("error", ({ message }) => end(message))
  worker.on("exit", () => {
    end(t`the thread that renews the lock has ended`)
    Deferred.unsafeDone(stopped, Effect.void)
  })
  worker.unref()
  // The process stays alive until the answer arrives.
  const ask = (message: ToThread) => {
    worker.ref()
    worker.postMessage(message)
  }
  const renew = Effect.gen(function* () {
    const answered = yield* Deferred.make<void, PlatformError>()
    waiting.push(answered)
    if (ended === undefined) ask("renew")
    else answer(ended)
    yield* Deferred.await(answered)
  })
  const stop = Effect.suspend(() => {
    if (ended === undefined) ask("stop")
    return Deferred.await(stopped)
  })
  const silence = Effect.sync(
    () => Number(process.hrtime.bigint() - Atomics.load(renewedAt, 0)) / 1e6
  )
  return { renew, silence, missed: Deferred.await(missed), stop } satisfies Heartbeat
})

/** Renews on this thread, where another is unavailable or sees other files. */
const onThisThread = Effect.fnUntraced(function* ({ every, lock, token }: Beat) {
  const fs = yield* FileSystem.FileSystem
  const missed = yield* Deferred.make<void>()
  let renewals = 0
  let renewedAt = yield* Clock.currentTimeNanos
  const at = (count: number) => path.join(lock, OwnerName.make(token, count))
  const oneAtATime = yield* Effect.makeSemaphore(1)
  const rename = Effect.suspend(() => fs.rename(at(renewals), at(renewals + 1))).pipe(
    // A renewal that was reported as failed may have been made.
    Effect.catchIf(Holder.isMissing, (error) =>
      Effect.flatMap(fs.exists(at(renewals + 1)), (there) =>
        there ? Effect.void : Effect.fail(error)
      )
    )
  )
  const renew = Effect.gen(function* () {
    const begun = yield* Clock.currentTimeNanos
    yield* rename
    renewals++
    renewedAt = begun
  }).pipe(Effect.uninterruptible, oneAtATime.withPermits(1))
  const beat = Effect.sleep(every).pipe(
    Effect.zipRight(renew),
    // Any other error may be over by the next time.
    Effect.catchIf(
      (error) => !Holder.isMissing(error),
      () => Effect.void
    ),
    Effect.forever,
    Effect.catchAll(() => Deferred.succeed(missed, undefined))
  )
  const fiber = yield* Effect.forkDaemon(Effect.interruptible(beat))
  return {
    renew,
    silence: Effect.map(Clock.currentTimeNanos, (now) => Number(now - renewedAt) / 1e6),
    missed: Deferred.await(missed),
    stop: Effect.asVoid(Fiber.interrupt(fiber))
  } satisfies Heartbeat
})

/** Starts to renew a lock that was just taken, from another thread: training steps block this one. */
export const start = (beat: Beat): Effect.Effect<Heartbeat, never, FileSystem.FileSystem> =>
  Effect.flatMap(isNodeFileSystem, (isNode) =>
    isNode ? Effect.catchAll(onThread(beat), () => onThisThread(beat)) : onThisThread(beat)
  )
