import type { PlatformError } from "@effect/platform/Error"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { Worker } from "node:worker_threads"
import { t } from "../../language/Text.js"
import * as Errno from "../Errno.js"
import type { Beat, Heartbeat } from "./Heartbeat.js"

/** What went wrong, as it can be sent from one thread to another. */
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

// There is none where the sources run as they are: only what is built can be a thread's beginning.
const script = new URL("./RenewingThread.js", import.meta.url)

const begin = (beat: Beat) =>
  Effect.try(() => {
    if (!existsSync(script)) throw new Cause.NoSuchElementException()
    return new Worker(script, { workerData: beat, execArgv: [], name: "lock" })
  })

/**
 * Renews a lock from a thread of its own, so that a training step, however long, holds up none.
 * Fails where there can be no thread.
 */
export const start = Effect.fnUntraced(function* (beat: Beat) {
  const worker = yield* begin(beat)
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
  // While an answer is waited for, the process has something to do.
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
  return { renew, missed: Deferred.await(missed), stop } satisfies Heartbeat
})
