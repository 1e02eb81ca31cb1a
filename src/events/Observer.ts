import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { t } from "../language/Text.js"
import type { Event } from "./Event.js"

/** Events that may wait for a slow observer; beyond that, it misses steps. */
const capacity = 10_000

/** How long a run waits at its end for an observer to finish. */
const patience = "5 seconds"

/** Sees what happens in a run, and shows or records it. Whatever it does, training continues. */
export class Observer extends Context.Tag("holdfast/Observer")<
  Observer,
  {
    readonly emit: (event: Event) => Effect.Effect<void>
    /**
     * Writes the events that it still has in memory. Run before a checkpoint becomes durable, so that
     * no record lacks what came before a checkpoint, however the process ends.
     */
    readonly flush?: Effect.Effect<void>
  }
>() {
  /** An observer that shows nothing. */
  static readonly silent: Layer.Layer<Observer> = Layer.succeed(Observer, {
    emit: () => Effect.void
  })

  /**
   * An observer that runs `see` on every event.
   *
   * @example
   * ```ts
   * import * as Effect from "effect/Effect"
   * import { Observer } from "holdfast"
   *
   * const losses: Array<number> = []
   * export const recorder = Observer.make((event) =>
   *   Effect.sync(() => {
   *     if (event._tag === "StepFinished") losses.push(event.loss)
   *   })
   * )
   * ```
   */
  static readonly make = <E, R>(
    see: (event: Event) => Effect.Effect<unknown, E, R>
  ): Layer.Layer<Observer, never, R> =>
    Layer.effect(
      Observer,
      Effect.map(Effect.context<R>(), (context) => ({
        emit: (event) => see(event).pipe(Effect.orDie, Effect.asVoid, Effect.provide(context))
      }))
    )

  /**
   * One observer of several: each sees every event, in order, in a fiber of its own. None disturbs the
   * run or another: the first failure of one is logged as a warning, and it still gets the events that
   * follow; one that falls 10,000 events behind misses `StepFinished` events until it catches up. At
   * the end of the run each has five seconds for the events that it still has before it.
   */
  static readonly all = <Layers extends ReadonlyArray<Layer.Layer<Observer, unknown, unknown>>>(
    ...layers: Layers
  ): Layer.Layer<
    Observer,
    Layer.Layer.Error<Layers[number]>,
    Layer.Layer.Context<Layers[number]>
  > =>
    Layer.scoped(
      Observer,
      Effect.map(Effect.forEach(layers, queued), (offers) => ({
        emit: (event) =>
          Effect.sync(() => {
            for (const { offer } of offers) offer(event)
          }),
        flush: Effect.forEach(offers, ({ flush }) => flush, {
          concurrency: "unbounded",
          discard: true
        })
      }))
    ) as Layer.Layer<
      Observer,
      Layer.Layer.Error<Layers[number]>,
      Layer.Layer.Context<Layers[number]>
    >
}

/** Reports `event` to the observer of the run. */
export const emit = (event: Event): Effect.Effect<void, never, Observer> =>
  Effect.flatMap(Observer, (observer) => deliver(observer, event))

/** Has the observer of the run write what it still has in memory, for as long as a run waits for it. */
export const flush: Effect.Effect<boolean, never, Observer> = Effect.flatMap(
  Observer,
  // One that hangs, as on a network that is gone, must not keep the checkpoint from being saved.
  ({ flush = Effect.void }) => patiently(flush)
)

/**
 * Waits for `effect` for as long as a run waits for an observer, also where the run is being interrupted;
 * gives whether it has ended. It continues in the background otherwise.
 */
export const patiently = (effect: Effect.Effect<void>): Effect.Effect<boolean> =>
  Effect.uninterruptible(Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), ended))

/** Waits in no child of this fiber: a second interruption of it would end one, and with it the wait. */
const ended = (fiber: Fiber.RuntimeFiber<void>): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const end = yield* Deferred.make<boolean>()
    yield* Effect.forkDaemon(Effect.zipRight(Fiber.await(fiber), Deferred.succeed(end, true)))
    const late = yield* Effect.forkDaemon(
      Effect.interruptible(Effect.zipRight(Effect.sleep(patience), Deferred.succeed(end, false)))
    )
    return yield* Effect.zipLeft(Deferred.await(end), Fiber.interruptFork(late))
  }).pipe(Effect.uninterruptible)

/** The observers whose failure was logged. */
const failed = new WeakSet<Observer["Type"]>()

/** Hands `event` to `observer`. A failure is logged once, and never reaches the run. */
export const deliver = (observer: Observer["Type"], event: Event): Effect.Effect<void> =>
  Effect.catchAllCause(observer.emit(event), (cause) => {
    if (failed.has(observer) || Cause.isInterruptedOnly(cause)) return Effect.void
    failed.add(observer)
    return Effect.logWarning(t`an observer has failed: ${Cause.squash(cause)}`)
  })

/** Builds an observer, with a fiber that hands it the events offered. */
const queued = <E, R>(
  layer: Layer.Layer<Observer, E, R>
): Effect.Effect<
  { readonly offer: (event: Event) => void; readonly flush: Effect.Effect<void> },
  E,
  R | Scope.Scope
> =>
  Effect.gen(function* () {
    const observer = Context.get(yield* Layer.build(layer), Observer)
    // A deferred is done once all before it is flushed; null: the last event was offered.
    const queue = yield* Queue.unbounded<Event | Deferred.Deferred<void> | null>()
    let waiting = 0
    const work: Effect.Effect<void> = Effect.flatMap(Queue.take(queue), (event) => {
      if (event === null) return Effect.void
      if (!("_tag" in event)) {
        const flushed = Effect.catchAllCause(observer.flush ?? Effect.void, () => Effect.void)
        return flushed.pipe(Effect.zipRight(Deferred.succeed(event, void 0)), Effect.zipRight(work))
      }
      return deliver(observer, event).pipe(
        Effect.zipRight(Effect.sync(() => (waiting -= 1))),
        Effect.zipRight(work)
      )
    })
    const worker = yield* Effect.forkDaemon(Effect.interruptible(work))
    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        queue.unsafeOffer(null)
        if (yield* ended(worker)) return
        yield* Fiber.interruptFork(worker)
        yield* Effect.logWarning(
          t`an observer was too slow: it has not seen the last ${waiting} events`
        )
      })
    )
    return {
      offer: (event: Event) => {
        if (event._tag === "StepFinished" && waiting >= capacity) return
        waiting += 1
        queue.unsafeOffer(event)
      },
      flush:
        observer.flush === undefined
          ? Effect.void
          : Effect.flatMap(Deferred.make<void>(), (done) => {
              queue.unsafeOffer(done)
              return Deferred.await(done)
            })
    }
  })
