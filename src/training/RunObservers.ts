import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Event } from "../events/Event.js"
import { Observer } from "../events/Observer.js"

/**
 * Lets the run of a pipeline bring an observer of its own, which its config names: it sees the events of
 * the pipeline from its beginning on, also those from before. null: outside of a pipeline.
 */
export class RunObservers extends Context.Reference<RunObservers>()("holdfast/RunObservers", {
  defaultValue: (): {
    readonly attach: (observer: Observer["Type"]) => Effect.Effect<void>
  } | null => null
}) {}

/** What is kept for an observer that comes late, at most: no run has so many events before it starts. */
const most = 1000

/** Has `pipeline` emit to the observers that its run attaches, beside the one that it runs with. */
export const attachable = <A, E, R>(pipeline: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.serviceOption(Observer), (given) => {
    if (Option.isNone(given)) return pipeline
    const outer = given.value
    let attached: Observer["Type"] | null = null
    let early: Array<Event> | null = []
    const emit = (event: Event) => {
      // Those attached first: they only queue it, so that no interruption comes between.
      if (attached !== null) return Effect.zipRight(attached.emit(event), outer.emit(event))
      if (early !== null && early.push(event) > most) early = null
      return outer.emit(event)
    }
    const flush = Effect.suspend(() =>
      Effect.zipRight(outer.flush ?? Effect.void, attached?.flush ?? Effect.void)
    )
    const attach = (observer: Observer["Type"]) =>
      Effect.suspend(() => {
        const before = early ?? []
        early = null
        attached = observer
        return Effect.forEach(before, observer.emit, { discard: true })
      })
    return pipeline.pipe(
      Effect.provideService(Observer, { emit, flush }),
      Effect.provideService(RunObservers, { attach })
    )
  })
