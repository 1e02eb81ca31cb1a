import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "./Event.js"

/** Is told what happens in a run, and shows or records it. Emitting never fails a run. */
export class Observer extends Context.Tag("holdfast/Observer")<
  Observer,
  { readonly emit: (event: Event) => Effect.Effect<void> }
>() {
  /** An observer that shows nothing. */
  static readonly silent = Layer.succeed(Observer, { emit: () => Effect.void })
}

/** Tells the observer of the context about `event`. */
export const emit = (event: Event): Effect.Effect<void, never, Observer> =>
  Effect.flatMap(Observer, (observer) => observer.emit(event))
