import * as Effect from "effect/Effect"
import { BackendError } from "../backends/BackendError.js"
import type * as Pipeline from "../Pipeline.js"
import { t } from "../language/Text.js"
import type { Build } from "../training/Rehearsal.js"
import { rehearse, show, stepper } from "./rehearse.js"
import { RehearsalError } from "./RehearsalError.js"

/** Which batch sizes are tried. */
export interface BatchSizeOptions {
  /** The first size, doubled from then on; 8 unless given. */
  readonly from?: number
  /** The largest size; as many as there are training examples unless given. */
  readonly to?: number
  /** How many steps of each size are timed, after one that is not; 3 unless given. */
  readonly steps?: number
}

/** What a batch size has shown. */
export interface TriedSize {
  readonly size: number
  /** Of the shortest step, which other work has disturbed least. */
  readonly milliseconds: number
  readonly examplesPerSecond: number
  /** Of the process, in bytes, after its steps. */
  readonly memory: number
}

export interface FoundBatchSize {
  /** The smallest size that trains within 5 % of as many examples a second as the fastest. */
  readonly suggestion: number
  readonly tried: ReadonlyArray<TriedSize>
  /** Why no larger size was tried. */
  readonly stopped: "Largest" | "Memory" | "Slower"
}

/** See `FoundBatchSize.suggestion`. */
export const smallestFast = (tried: ReadonlyArray<TriedSize>): number => {
  const most = Math.max(...tried.map(({ examplesPerSecond }) => examplesPerSecond))
  return tried.find(({ examplesPerSecond }) => examplesPerSecond >= 0.95 * most)!.size
}

/** Whether the last two sizes were each slower than the fastest by a tenth: larger ones are no better. */
export const isSlower = (tried: ReadonlyArray<TriedSize>): boolean => {
  const most = Math.max(...tried.map(({ examplesPerSecond }) => examplesPerSecond))
  const last = tried.slice(-2)
  return last.length === 2 && last.every((one) => one.examplesPerSecond < 0.9 * most)
}

/** Whether twice the last size would need more memory than there is, by what the last has added. */
export const isFull = (before: number, after: number, available: number): boolean =>
  2 * Math.max(0, after - before) > 0.8 * available

/**
 * Finds a batch size: trains a few steps from scratch with each size, from a small one on doubled, until
 * memory is short, the training split is used up, or larger ones are slower. Suggests the smallest one
 * that is about as fast as the fastest, since more steps an epoch learn more. Nothing of the pipeline's
 * run is touched.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Rehearsal, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const found = Rehearsal.findBatchSize(pipeline, { to: 256 }).pipe(
 *   Effect.provide(Holdfast.layer({ config: "config.json" }))
 * )
 * ```
 */
export const findBatchSize = <Out, E, R>(
  pipeline: Pipeline.Pipeline<Out, E, R>,
  { from = 8, steps = 3, to }: BatchSizeOptions = {}
) =>
  Effect.gen(function* () {
    const wrong = wrongOption({ from, steps, to: to ?? from })
    if (wrong !== null) return yield* new RehearsalError({ reason: { _tag: "Option", ...wrong } })
    return yield* rehearse(pipeline, (build) =>
      Effect.gen(function* () {
        const tried: Array<TriedSize> = []
        let stopped: FoundBatchSize["stopped"] | null = null
        let size = from
        while (stopped === null) {
          const before = process.memoryUsage.rss()
          const one = yield* Effect.scoped(attempt(build, size, steps)).pipe(
            Effect.catchIf(isOutOfMemory, (error) =>
              tried.length === 0 ? Effect.fail(error) : Effect.succeed(null)
            )
          )
          if (one === null) {
            stopped = "Memory"
            break
          }
          const { examples, ...figures } = one
          tried.push(figures)
          const next = Math.min(2 * size, to ?? examples, examples)
          stopped =
            next <= size
              ? "Largest"
              : isFull(before, figures.memory, process.availableMemory())
                ? "Memory"
                : isSlower(tried)
                  ? "Slower"
                  : null
          size = next
        }
        const found: FoundBatchSize = { suggestion: smallestFast(tried), tried, stopped }
        return found
      })
    )
  })

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof BackendError && error.reason === "OutOfMemory"

/** Trains a few steps with batches of a size. */
const attempt = (build: Build, size: number, steps: number) =>
  Effect.gen(function* () {
    const run = yield* build({ batch_size: size, drop_last: false })
    const take = yield* stepper(run)
    const times: Array<number> = []
    for (let step = 0; step <= steps; step++) {
      const started = performance.now()
      // The first batch again and again: the last of an epoch may be smaller.
      const { batch, loss } = yield* take(0)
      // The first compiles, and fills caches.
      if (step > 0) times.push(performance.now() - started)
      yield* show(step, steps, loss, batch.size)
    }
    const milliseconds = Math.min(...times)
    return {
      size,
      milliseconds,
      examplesPerSecond: (1000 * Math.min(size, run.dataset.train.size)) / milliseconds,
      memory: process.memoryUsage.rss(),
      examples: run.dataset.train.size
    }
  })

const wrongOption = ({ from, steps, to }: Required<BatchSizeOptions>) => {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1
  return !isCount(from)
    ? { option: "from", found: from, allowed: t`an integer of at least 1` }
    : !(isCount(to) && to >= from)
      ? { option: "to", found: to, allowed: t`an integer of at least from` }
      : !isCount(steps)
        ? { option: "steps", found: steps, allowed: t`an integer of at least 1` }
        : null
}
