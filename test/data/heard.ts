import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Observer, type Event } from "../../src/index.js"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"

type Services = FileSystem.FileSystem | Observer | Scope.Scope

/** What loading gives, and the notices that it emits. */
export const heard = <A, E>(load: Effect.Effect<A, E, Services>) =>
  Effect.suspend(() => {
    const events: Array<Event> = []
    const observer = Observer.make((event) => Effect.sync(() => events.push(event)))
    return load.pipe(
      Effect.provide(Layer.merge(NodeFileSystem.layer, observer)),
      Effect.map((result) => ({
        result,
        notices: events.flatMap((event) => (event._tag === "Notice" ? [event.message] : []))
      }))
    )
  })

export const loaded = <A, E>(load: Effect.Effect<A, E, Services>) =>
  Effect.map(heard(load), ({ result }) => result)

/** Why loading fails. */
export const refusal = <A, E extends { readonly message: string }>(
  load: Effect.Effect<A, E, Services>
) => Effect.map(Effect.flip(loaded(load)), ({ message }) => message)
