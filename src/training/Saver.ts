import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { CheckpointName } from "../checkpointing/store/CheckpointStore.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import * as EventLoop from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import { emit, type Observer } from "../events/Observer.js"
import type { Snapshot } from "./Snapshot.js"

/** A snapshot to be saved. `stall` is how long training stood still to take it, in milliseconds. */
export interface Order {
  readonly name: CheckpointName
  readonly snapshot: Snapshot
  /** When it was ordered, ISO 8601: of two that wait, the later one is newer, whichever is written first. */
  readonly at: string
  readonly stall: number
}

/**
 * Writes snapshots while training goes on, one at a time. One that could not be written is told of,
 * and tried again with the next order, unless that is a newer one of its name. A defect met while
 * writing is one of the next order, or of settling, whichever comes first.
 */
export interface Saver {
  /**
   * Has a snapshot written, then disposed of, without waiting for it. Only where the disk is so slow
   * that one of its name waits already, that is written first.
   */
  readonly order: (order: Order) => Effect.Effect<void, never, Observer>
  /** Waits until everything is written; fails with what cannot be, which is then disposed of. */
  readonly settle: Effect.Effect<void, CheckpointError, Observer>
  /**
   * Gives way between two steps, of which the last began at `started` (`performance.now()`); while
   * something is being written, for longer. A save is some dozens of operations one after the other,
   * each of which would else wait for a whole step to end. Short steps keep none waiting for long.
   */
  readonly breathe: (started: number) => Effect.Effect<void>
}

/** How long training may stand still after a step, for a save under way, as a part of that step. */
const share = 0.1

/**
 * For so many milliseconds short steps may follow one another without giving way, which costs more
 * than some of them: signals and what other fibers do wait for so long.
 */
const patience = 50

/** Makes a saver that writes by `write`; it settles, as well as it can, when the scope closes. */
export const make = (
  write: (order: Order) => Effect.Effect<void, CheckpointError, Observer>
): Effect.Effect<Saver, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const waiting = new Map<CheckpointName, Order>()
    const told = new Set<string>()
    const idle = yield* Effect.makeLatch(true)
    let defect: Cause.Cause<never> | undefined
    let isIdle = true
    let breathed = 0
    const begin = () => {
      isIdle = false
      idle.unsafeClose()
    }

    /** Tells of each trouble once, until a save succeeds: a full disk fails every attempt alike. */
    const warn = (errors: ReadonlyArray<CheckpointError>) =>
      Effect.forEach(
        // A run whose folder is another's ends with just that.
        errors.filter(({ message, reason }) => reason !== "LockLost" && !told.has(message)),
        ({ message }) => {
          told.add(message)
          const text = t`${message}; it is tried again with the next save`
          return emit({ _tag: "Notice", level: "warning", message: text })
        },
        { discard: true }
      )

    /** Writes what waits, each once. What fails waits on, unless a newer one has come meanwhile. */
    const attempt = Effect.suspend(() =>
      Effect.forEach([...waiting.keys()], (name) => {
        // What stands under the name now: a newer one may have come while another was written.
        const order = waiting.get(name)
        if (order === undefined) return Effect.succeed(null)
        waiting.delete(name)
        begin()
        return Effect.matchCause(write(order), {
          onSuccess: () => {
            order.snapshot.dispose()
            told.clear()
            return null
          },
          onFailure: (cause) =>
            Either.match(Cause.failureOrCause(cause), {
              onLeft: (error) => {
                if (waiting.has(name)) order.snapshot.dispose()
                else waiting.set(name, order)
                return error
              },
              onRight: (died) => {
                defect ??= died
                order.snapshot.dispose()
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

    const sound = Effect.suspend(() => {
      const found = defect
      defect = undefined
      return found === undefined ? Effect.void : Effect.failCause(found)
    })

    const discard = Effect.sync(() => {
      for (const { snapshot } of waiting.values()) snapshot.dispose()
      waiting.clear()
    })

    yield* Effect.addFinalizer(() => oneAtATime(discard))
    return {
      order: (order) =>
        Effect.gen(function* () {
          if (waiting.has(order.name)) yield* Effect.flatMap(attempt, warn)
          waiting.get(order.name)?.snapshot.dispose()
          waiting.set(order.name, order)
          // At once, so that training gives way for it to begin.
          begin()
          yield* Effect.forkIn(Effect.flatMap(attempt, warn), scope)
          yield* sound
        }).pipe(Effect.uninterruptible),
      settle: Effect.flatMap(attempt, ([error]) =>
        error === undefined ? sound : Effect.zipRight(discard, Effect.fail(error))
      ),
      breathe: (started) =>
        Effect.suspend(() => {
          const now = performance.now()
          if (isIdle && now - breathed < patience) return Effect.void
          breathed = now
          const milliseconds = share * (now - started)
          return isIdle || milliseconds < 1
            ? EventLoop.yieldToEventLoop
            : Effect.zipRight(
                EventLoop.yieldToEventLoop,
                Effect.raceFirst(idle.await, EventLoop.pause(milliseconds))
              )
        })
    }
  })
