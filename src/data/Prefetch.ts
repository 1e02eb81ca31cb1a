import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import { bytesOf } from "./bytesOf.js"
import type { DataError } from "./DataError.js"

/** Which batch is fetched: that of a step, which begins at an example of the epoch's order. */
export interface BatchRequest {
  readonly step: number
  readonly example: number
}

/** Fetches batches one after the other, and where that takes waiting, some of them ahead. */
export interface Prefetch<out B> {
  /**
   * The batch of `request`, which may be on its way already; then the next ones are set on their way. Where
   * fetching is synchronous, nothing could overlap with the step, and none is.
   */
  readonly take: (request: BatchRequest) => Effect.Effect<B, DataError>
}

/** How batches are fetched. */
export interface PrefetchOptions<out B> {
  /** A function of the request alone, so that it does not matter whether a batch was fetched ahead. */
  readonly fetch: (request: BatchRequest) => Effect.Effect<B, DataError>
  /** The request after one; null: it is the last. */
  readonly next: (request: BatchRequest) => BatchRequest | null
  /** How many batches are fetched ahead at most; of large ones fewer, but one. */
  readonly ahead: number
  /**
   * Whether others compute the step, so that this thread can fetch the next batch meanwhile also where that
   * is synchronous. By default not.
   */
  readonly isFree?: () => boolean
}

/** The bytes that batches fetched ahead may have together. */
const mostBytes = 1 << 28

/** How many batches like one are fetched ahead, of `ahead` at most. */
export const aheadOf = (batch: unknown, ahead: number): number =>
  Math.max(1, Math.min(ahead, Math.floor(mostBytes / Math.max(1, bytesOf(batch)))))

/** Waits for the next turn of the event loop. */
const turn = Effect.async<void>((resume) => {
  const timer = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(timer))
})

/**
 * When the scope closes, what is being fetched is interrupted and waited for. Must be used by one fiber at
 * a time.
 */
export const make = <B>({
  ahead,
  fetch,
  isFree = () => false,
  next
}: PrefetchOptions<B>): Effect.Effect<Prefetch<B>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runtime = yield* Effect.runtime<never>()
    const scope = yield* Effect.scope
    /** In the order of their steps. */
    let pending: Array<BatchRequest & { readonly fiber: Fiber.Fiber<B, DataError> }> = []
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

    const fetchAhead = (taken: BatchRequest, batch: B) => {
      if (!isAsynchronous) {
        // Not before the step is handed out.
        if (isFree() && pending.length === 0)
          start(taken, (request) => Effect.zipRight(turn, fetch(request)))
        return
      }
      const most = ahead === 1 ? 1 : aheadOf(batch, ahead)
      while (isAsynchronous && pending.length < most) {
        // Started here and now, where a forked fiber would wait for the step to end.
        const fiber = start(pending.at(-1) ?? taken, fetch)
        if (fiber === null) return
        isAsynchronous = fiber.unsafePoll() === null
      }
    }

    const start = (before: BatchRequest, fetch: PrefetchOptions<B>["fetch"]) => {
      const request = next(before)
      if (request === null) return null
      const fiber = Runtime.runFork(runtime, fetch(request), { scope })
      pending.push({ ...request, fiber })
      return fiber
    }

    const take = (request: BatchRequest) =>
      Effect.suspend(() => {
        const [first] = pending
        if (first === undefined) return fetchNow(request)
        if (first.example !== request.example || first.step !== request.step) {
          const others = pending.map(({ fiber }) => fiber)
          pending = []
          return Effect.zipRight(Fiber.interruptAll(others), fetchNow(request))
        }
        // Stays pending until then: what is interrupted while it waits has not taken the batch.
        return Effect.map(Fiber.join(first.fiber), (batch) => {
          pending.shift()
          return batch
        })
      })

    return {
      take: (request) =>
        Effect.map(take(request), (batch) => {
          fetchAhead(request, batch)
          return batch
        })
    }
  })
