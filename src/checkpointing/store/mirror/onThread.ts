import type * as FileSystem from "@effect/platform/FileSystem"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { Worker } from "node:worker_threads"
import * as Expiry from "../../../io/folderLock/Expiry.js"
import { Lease, type LeaseTerms } from "../../../io/folderLock/Holder.js"
import { isNodeFileSystem } from "../../../io/isNodeFileSystem.js"
import * as Thread from "../../../io/Thread.js"
import { spoken, type Language } from "../../../language/Language.js"
import { t } from "../../../language/Text.js"
import { CheckpointError } from "../../CheckpointError.js"
import type { Mirror, MirrorTerms, OpenMirror } from "./Mirror.js"
import * as Here from "./Mirror.js"

/** What the thread is given. */
export interface Setup {
  readonly terms: MirrorTerms
  readonly lease: LeaseTerms
  readonly language: Language
}

/** An error in a form that can be sent to another thread. */
export type Failure = Pick<CheckpointError, "reason" | "path" | "detail">

/** A question of the main thread; each has one answer, `Done`, with its number. */
export interface ToThread {
  readonly ask: "check" | "hold" | "idle" | "stop" | "wake"
  readonly id: number
}

export type FromThread =
  | { readonly _tag: "Opened"; readonly failure: Failure | null }
  | { readonly _tag: "Done"; readonly id: number; readonly failure: Failure | null }
  | { readonly _tag: "Lost"; readonly failure: Failure }
  | { readonly _tag: "Log"; readonly isWarning: boolean; readonly text: string }

const errorOf = (failure: Failure) => new CheckpointError(failure)

/** Milliseconds in which the thread must give up what it does, and its lock. */
const stopsWithin = 5000

const script = Thread.beside("MirrorThread", import.meta.url)

/**
 * The mirror of a folder, kept by a thread of its own: neither does an upload delay a training step, nor a
 * step the upload, or the renewal of the lock. For files of this machine, and buckets.
 */
const onThread = (terms: MirrorTerms): Effect.Effect<Mirror, CheckpointError, Scope.Scope> =>
  Effect.gen(function* () {
    const runFork = Runtime.runFork(yield* Effect.runtime())
    const opened = yield* Deferred.make<void, CheckpointError>()
    const lost = yield* Deferred.make<CheckpointError>()
    const asked = new Map<number, Deferred.Deferred<void, CheckpointError>>()
    let last = 0

    const answer = (done: Deferred.Deferred<void, CheckpointError>, failure: Failure | null) =>
      Deferred.unsafeDone(done, failure === null ? Effect.void : Effect.fail(errorOf(failure)))
    const receive = (message: FromThread) => {
      switch (message._tag) {
        case "Opened":
          return answer(opened, message.failure)
        case "Done": {
          const done = asked.get(message.id)
          asked.delete(message.id)
          if (asked.size === 0) worker.unref()
          return done === undefined ? undefined : answer(done, message.failure)
        }
        case "Lost":
          return Deferred.unsafeDone(lost, Effect.succeed(errorOf(message.failure)))
        case "Log":
          return void runFork(
            (message.isWarning ? Effect.logWarning : Effect.logInfo)(message.text)
          )
      }
    }
    const end = (detail: string) => {
      const error = new CheckpointError({ reason: "LockLost", path: terms.mirror, detail })
      Deferred.unsafeDone(opened, Effect.fail(error))
      Deferred.unsafeDone(lost, Effect.succeed(error))
      for (const done of asked.values()) Deferred.unsafeDone(done, Effect.fail(error))
      asked.clear()
    }
    const worker: Worker = Thread.start(script, {
      name: "mirror",
      workerData: { terms, lease: yield* Lease, language: spoken() } satisfies Setup
    })
    worker.ref()
    worker.on("message", receive)
    worker.on("error", ({ message }) => end(message))
    worker.on("exit", () => end(t`the thread that uploads has ended`))

    /** Asks the thread; gives what waits for the answer. */
    const send = (what: ToThread["ask"]) =>
      Effect.map(Deferred.make<void, CheckpointError>(), (done) => {
        asked.set(++last, done)
        // The process stays alive until the answer arrives.
        worker.ref()
        worker.postMessage({ ask: what, id: last } satisfies ToThread)
        return Deferred.await(done)
      })
    const ask = (what: ToThread["ask"]) => Effect.flatten(send(what))
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(
        Expiry.endedWithin(stopsWithin, ask("stop")),
        Effect.promise(() => worker.terminate())
      )
    )
    yield* Deferred.await(opened)
    worker.unref()
    return {
      check: ask("check"),
      lost: Deferred.await(lost),
      wake: Effect.asVoid(send("wake")),
      idle: Effect.ignore(ask("idle")),
      hold: Effect.ignore(ask("hold"))
    } satisfies Mirror
  })

/** Opens mirrors on a thread where that sees the same files, and on this one elsewhere. */
export const open: Effect.Effect<OpenMirror, never, FileSystem.FileSystem> = Effect.map(
  isNodeFileSystem,
  // Only built code starts a thread: sources would take seconds.
  (isNode) => (isNode && !Thread.isTypescript(import.meta.url) ? onThread : Here.open)
)
