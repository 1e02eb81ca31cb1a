import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { BackendError } from "../backends/BackendError.js"
import type { Sized } from "../data/Batch.js"
import type { DataError } from "../data/DataError.js"
import type { SplitName } from "../data/Dataset.js"
import type { BatchRequest, Prefetch } from "../data/Prefetch.js"
import type { Progress } from "./Progress.js"
import * as Random from "./Random.js"
import type { Run } from "./Run.js"
import { evaluateWithOutputs, type EvaluatedBatch } from "./TrainStep.js"
import * as Workers from "./workers/Workers.js"

/** A batch of a split, and what it has come to. */
type Evaluated = EvaluatedBatch & { readonly batch: Sized }

type Failure = BackendError | DataError

/**
 * Evaluates batches one after the other: where the run has workers, some of the next ones at the same time. The
 * scope is that of what is evaluated ahead.
 */
export const make = (
  run: Run,
  split: SplitName,
  position: Progress,
  options: {
    readonly prefetch: Prefetch<Sized>
    /** The request after one; null: it is the last. */
    readonly next: (request: BatchRequest) => BatchRequest | null
  }
) => {
  const { next, prefetch } = options
  let pending: Array<BatchRequest & { readonly fiber: Fiber.Fiber<Evaluated, Failure> }> = []

  const evaluate = Effect.fnUntraced(function* (batch: Sized, step: number) {
    const workers = Workers.of(run)
    const found = workers && (yield* workers.evaluate({ batch, position }, split, step))
    if (found !== null) return { ...found, batch }
    const rng = Random.generator(run.random, "evaluate", split, step)
    return { ...(yield* evaluateWithOutputs({ run, batch, position, rng })), batch }
  })

  /** Evaluates the batch of `request`, which is that after the one taken before. */
  const take = Effect.fnUntraced(function* (request: BatchRequest) {
    if (Workers.of(run) === null && pending.length === 0) {
      return yield* evaluate(yield* prefetch.take(request), request.step)
    }
    const most = Workers.of(run)?.count() ?? 0
    for (
      let one: BatchRequest | null = pending.length === 0 ? request : next(pending.at(-1)!);
      one !== null && pending.length <= most;
      one = next(one)
    ) {
      const batch = yield* prefetch.take(one)
      pending.push({ ...one, fiber: yield* Effect.forkScoped(evaluate(batch, one.step)) })
    }
    const [first, ...others] = pending
    pending = others
    return yield* Fiber.join(first!.fiber)
  })

  return {
    take: take as (request: BatchRequest) => Effect.Effect<Evaluated, Failure, Scope.Scope>
  }
}
