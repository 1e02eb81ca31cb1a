import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import type { DataError } from "./DataError.js"

/** Which batch is fetched: that of a step, which begins at an example of the epoch's order. */
export interface BatchRequest {
  readonly step: number
  readonly example: number
}

/** Fetches batches one after the other, and where that takes waiting, one of them ahead. */
export interface Prefetch<out B> {
  /** The batch of `request`, which may be on its way already. */
  readonly take: (request: BatchRequest) => Effect.Effect<B, DataError>
  /**
   * Starts to fetch the batch of `request` if the batch before it had to be waited for. Where fetching
   * is synchronous, nothing could overlap with the step: then this does nothing.
   */
  readonly ahead: (request: BatchRequest) => Effect.Effect<void>
}

/**
 * Fetches by `fetch`, which must be a function of the request alone, so that it does not matter
 * whether a batch was fetched ahead. When the scope closes, what is being fetched is interrupted and
 * waited for. Must be used by one fiber at a time.
 */
export const make = <B>(
  fetch: (request: BatchRequest) => Effect.Effect<B, DataError>
): Effect.Effect<Prefetch<B>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<never>()
    const scope = yield* Effect.scope
    let pending: (BatchRequest & { readonly fiber: Fiber.Fiber<B, DataError> }) | null = null
    let isAsynchronous = false

    const fetchNow = (request: BatchRequest) =>
      Effect.suspend(() => {
        // Control has been given back in between if a microtask could run.
        let hasWaited = false
        queueMicrotask(() => {
          hasWaited = true
        })
        return Effect.map(fetch(request), (batch) => {
          isAsynchronous = hasWaited
          return batch
        })
      })

    const take = (request: BatchRequest) =>
      Effect.suspend(() => {
        if (pending === null) return fetchNow(request)
        const { example, fiber, step } = pending
        if (example !== request.example || step !== request.step) {
          pending = null
          return Effect.zipRight(Fiber.interrupt(fiber), fetchNow(request))
        }
        // Stays pending until then: what is interrupted while it waits has not taken the batch.
        return Effect.map(Fiber.join(fiber), (batch) => {
          pending = null
          return batch
        })
      })

    const ahead = (request: BatchRequest) =>
      Effect.sync(() => {
        if (!isAsynchronous || pending !== null) return
        // Started here and now, where a forked fiber would wait for the step to end.
        const fiber = Runtime.runFork(runtime, fetch(request), { scope })
        pending = { ...request, fiber }
        isAsynchronous = fiber.unsafePoll() === null
      })

    return { take, ahead }
  })
