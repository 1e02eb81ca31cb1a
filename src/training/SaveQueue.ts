import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { CheckpointName } from "../checkpointing/store/CheckpointStore.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import * as EventLoop from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import type { Observer } from "../events/Observer.js"
import type { Snapshot } from "./Snapshot.js"

/** A snapshot to be saved under a name. */
export interface QueuedSave {
  readonly name: CheckpointName
  readonly snapshot: Snapshot
  /** When it was queued, ISO 8601. Of two that wait, the later is the newer, whichever is written first. */
  readonly at: string
  /** For how many milliseconds training paused to take it. */
  readonly pauseMillis: number
}

/**
 * Writes snapshots in the background while training continues, one at a time.
 *
 * A failed write is reported, and retried with the next save, unless a newer snapshot of that name
 * replaces it. A defect in the background surfaces in the next `enqueue` or `drain`.
 */
export interface SaveQueue {
  /**
   * Queues a save and returns; the snapshot is disposed of once it is written. Waits only if the disk
   * is so slow that a save of the same name is still queued: that one is written first.
   */
  readonly enqueue: (save: QueuedSave) => Effect.Effect<void, never, Observer>
  /** Waits until everything is written; fails with what cannot be, which is then disposed of. */
  readonly drain: Effect.Effect<void, CheckpointError, Observer>
  /**
   * Yields to the event loop between two steps; `started` (`performance.now()`) is when the last one
   * began. While a save is in progress it yields for longer: a save is some dozens of operations in
   * sequence, each of which would otherwise wait for a step to end. Short steps yield only now and then.
   */
  readonly yieldToEventLoop: (started: number) => Effect.Effect<void>
}

/** How long training may pause after a step for a save in progress, as a fraction of that step. */
const pauseFraction = 0.1

/**
 * For this many milliseconds short steps may follow one another without yielding, which takes longer
 * than some of them: signals and other fibers wait for up to this long.
 */
const maxMillisWithoutYield = 50

/** Makes a queue that saves by `write`. When the scope closes, what is still queued is dropped. */
export const make = (
  write: (save: QueuedSave) => Effect.Effect<void, CheckpointError, Observer>
): Effect.Effect<SaveQueue, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const queued = new Map<CheckpointName, QueuedSave>()
    const reported = new Set<string>()
    const idle = yield* Effect.makeLatch(true)
    let defect: Cause.Cause<never> | undefined
    let isIdle = true
    let lastYield = 0
    const begin = () => {
      isIdle = false
      idle.unsafeClose()
    }

    /** Reports each error once, until a save succeeds: a full disk fails every attempt alike. */
    const report = (errors: ReadonlyArray<CheckpointError>) =>
      Effect.forEach(
        // A run that loses the lock of its folder ends with that error.
        errors.filter(({ message, reason }) => reason !== "LockLost" && !reported.has(message)),
        ({ message }) => {
          reported.add(message)
          return warn("SaveFailed", t`${message}; it is tried again with the next save`)
        },
        { discard: true }
      )

    /** Writes each queued save once. A failed one stays queued, unless a newer one has replaced it. */
    const writeAll = Effect.suspend(() =>
      Effect.forEach([...queued.keys()], (name) => {
        // Looked up again: a newer one may have been queued while another was written.
        const save = queued.get(name)
        if (save === undefined) return Effect.succeed(null)
        queued.delete(name)
        begin()
        return Effect.matchCause(write(save), {
          onSuccess: () => {
            save.snapshot.dispose()
            reported.clear()
            return null
          },
          onFailure: (cause) =>
            Either.match(Cause.failureOrCause(cause), {
              onLeft: (error) => {
                if (queued.has(name)) save.snapshot.dispose()
                else queued.set(name, save)
                return error
              },
              onRight: (died) => {
                defect ??= died
                save.snapshot.dispose()
                return null
              }
            })
        })
      })
    ).pipe(
      Effect.map((errors) => errors.filter((error) => error !== null)),
      Effect.ensuring(
        Effect.suspend(() => {
          isIdle = true
          return idle.open
        })
      ),
      Effect.uninterruptible,
      oneAtATime
    )

    const failWithDefect = Effect.suspend(() => {
      const found = defect
      defect = undefined
      return found === undefined ? Effect.void : Effect.failCause(found)
    })

    const dropAll = Effect.sync(() => {
      for (const { snapshot } of queued.values()) snapshot.dispose()
      queued.clear()
    })

    yield* Effect.addFinalizer(() => oneAtATime(dropAll))
    return {
      enqueue: (save) =>
        Effect.gen(function* () {
          if (queued.has(save.name)) yield* Effect.flatMap(writeAll, report)
          queued.get(save.name)?.snapshot.dispose()
          queued.set(save.name, save)
          // At once, so that training yields for it to begin.
          begin()
          yield* Effect.forkIn(Effect.flatMap(writeAll, report), scope)
          yield* failWithDefect
        }).pipe(Effect.uninterruptible),
      drain: Effect.flatMap(writeAll, ([error]) =>
        error === undefined ? failWithDefect : Effect.zipRight(dropAll, Effect.fail(error))
      ),
      yieldToEventLoop: (started) =>
        Effect.suspend(() => {
          const now = performance.now()
          if (isIdle && now - lastYield < maxMillisWithoutYield) return Effect.void
          lastYield = now
          const milliseconds = pauseFraction * (now - started)
          return isIdle || milliseconds < 1
            ? EventLoop.yieldToEventLoop
            : Effect.zipRight(
                EventLoop.yieldToEventLoop,
                Effect.raceFirst(idle.await, EventLoop.pause(milliseconds))
              )
        })
    }
  })
