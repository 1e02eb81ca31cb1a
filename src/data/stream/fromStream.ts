import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Scope from "effect/Scope"
import * as Observer from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import type { Batch, Sized } from "../Batch.js"
import { DataError } from "../DataError.js"
import type { Dataset, Examples, Rng, SplitName } from "../Dataset.js"
import { fingerprint } from "../fingerprint.js"
import type { LayoutOf } from "../Layout.js"
import { StreamReader, type Source } from "./StreamReader.js"

/** The examples of a stream: arrays and generators, asynchronous ones, or streams of Effect. */
export type ExampleSource<A> = Source<A> | Stream.Stream<A, DataError>

/** A split that is read from its start to its end. */
export interface StreamSplit<in out A> {
  /**
   * Opens the examples of an epoch, which counts from 0. It must give the same examples in the same order
   * whenever it is called for the same epoch: a function of the epoch, and of `from` if it seeks.
   */
  readonly open: (epoch: number, from: number) => ExampleSource<A>
  /**
   * Whether `open` itself begins at example `from`, as a file of records of one length can. Else a resumed run
   * reads the examples before it again, and throws them away.
   */
  readonly seeks?: boolean
  /**
   * How many examples an epoch takes. With it a run knows how long it is: learning rates that go by steps and
   * the time left need that. More are left for nobody, fewer are an error.
   */
  readonly length?: number
  /**
   * false: the source gives no example again, as messages do that arrive. A resumed run then continues with what
   * comes next, which is not exact, and says so.
   */
  readonly repeats?: boolean
}

/** A function of the epoch, or one with what is known of it. */
export type StreamSplitOption<A> =
  ((epoch: number, from: number) => ExampleSource<A>) | StreamSplit<A>

/** What a dataset of streams is made of, beside the layout of its batches. */
export interface StreamOptions<in out A, in out B extends Sized> {
  readonly name?: string
  /** Whatever changes when the examples do: a date, a revision. The fingerprint is of it. */
  readonly version: string
  readonly train: StreamSplitOption<A>
  /** Left out: none. */
  readonly validation?: StreamSplitOption<A>
  readonly test?: StreamSplitOption<A>
  /**
   * Shuffles the training examples in blocks of so many, each epoch otherwise, by the run's randomness. Two blocks
   * are held in memory.
   */
  readonly shuffle?: number
  /** Makes a batch of examples; in training it may draw from `rng`, and from nothing else. */
  readonly collate: (
    examples: ReadonlyArray<A>,
    rng?: Rng
  ) => B | Promise<B> | Effect.Effect<B, DataError>
  /** How many batches are made ahead of the step; default: 1. */
  readonly ahead?: number
}

/**
 * A dataset of streams of unknown length: whatever can be iterated, once an epoch. An epoch ends where the stream
 * does.
 *
 * A resumed run is exact, to the bit, if `open` is a function of the epoch: it is opened again for the epoch of the
 * checkpoint, and the examples before the position are skipped, by `open` itself where it seeks, else by
 * reading them. Of sources that never give an example again (`repeats: false`) no run can be exact; a resumed one
 * warns, and continues with the next example.
 *
 * Fails with `DataError`, which names dataset and split, where a stream fails, is empty, or is shorter than its
 * `length`.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Dataset } from "holdfast"
 *
 * // `createInterface({ input: createReadStream(file) })` of Node, say.
 * declare const lines: (file: string) => AsyncIterable<string>
 *
 * export const clicks = Dataset.fromStream({
 *   version: "2026-11-27",
 *   train: () => lines("clicks.jsonl"),
 *   validation: () => lines("clicks-later.jsonl"),
 *   shuffle: 10_000,
 *   inputShape: [2],
 *   labelShape: [],
 *   classes: ["left", "stayed"],
 *   collate: (some) => {
 *     const clicks = some.map((line) => JSON.parse(line) as { age: number; visits: number; stayed: boolean })
 *     return {
 *       size: clicks.length,
 *       inputs: Float32Array.from(clicks.flatMap(({ age, visits }) => [age, visits])),
 *       labels: Int32Array.from(clicks, ({ stayed }) => Number(stayed))
 *     }
 *   }
 * })
 * ```
 */
export const fromStream = <A, B extends Sized = Batch>(
  options: StreamOptions<A, B> & LayoutOf<B>
): Effect.Effect<Dataset<B>, DataError, Observer.Observer | Scope.Scope> =>
  Effect.gen(function* () {
    const {
      ahead,
      collate,
      name = "stream",
      shuffle = 1,
      test,
      train,
      validation,
      version,
      ...layout
    } = options
    if (!(Number.isInteger(shuffle) && shuffle > 0)) {
      return yield* new DataError({
        reason: "Mismatch",
        path: "shuffle",
        detail: t`is ${shuffle}; give a whole number of examples`
      })
    }
    const context = yield* Effect.context<Observer.Observer>()
    const examplesOf = (split: SplitName, given: StreamSplitOption<A> | undefined) =>
      Effect.gen(function* () {
        if (given === undefined) return none as Examples<B>
        const {
          length = Infinity,
          open,
          repeats = true,
          seeks = false
        } = typeof given === "function" ? { open: given } : given
        const reader = new StreamReader<A>({
          open: (epoch, from) => iterableOf(open(epoch, from)),
          seeks,
          repeats,
          length,
          shuffle: split === "train" ? shuffle : 1
        })
        yield* Effect.addFinalizer(() => Effect.sync(() => reader.close()))
        const turn = yield* Effect.makeSemaphore(1)
        const path = t`${name}, the stream of ${split}`
        const failed = (error: unknown) =>
          error instanceof DataError
            ? error
            : new DataError({
                reason: "Unreadable",
                path,
                detail: error instanceof Error ? error.message : String(error)
              })
        let isWarned = repeats
        const warnOfGap = (from: number) => {
          if (isWarned || from === 0) return Effect.void
          isWarned = true
          return Effect.provide(
            Observer.emit({
              _tag: "Notice",
              level: "warning",
              code: "Data",
              message: t`${path} gives no example again: the run continues with the next ones, and is not exact`
            }),
            context
          )
        }
        const examples: Examples<B> = {
          size: length,
          ...(ahead !== undefined && { ahead }),
          batch: (indices, rng, epoch) =>
            Effect.gen(function* () {
              const [from = 0] = indices
              if (indices.some((index, i) => index !== from + i)) {
                return yield* new DataError({
                  reason: "Mismatch",
                  path,
                  detail: t`it is read in order; what chooses examples by index, such as another sampler, needs another dataset`
                })
              }
              yield* warnOfGap(from)
              isWarned = true
              const { examples, isLast } = yield* turn.withPermits(1)(
                Effect.tryPromise({
                  try: (signal) => reader.read({ from, count: indices.length, epoch }, signal),
                  catch: failed
                })
              )
              if (examples.length === 0) {
                return from === 0
                  ? yield* new DataError({ reason: "Empty", path, detail: t`it holds no examples` })
                  : // Nobody but the loop sees it, which ends.
                    ({ size: 0, isLast: true } as unknown as B)
              }
              const made = yield* Effect.try({ try: () => collate(examples, rng), catch: failed })
              const batch = yield* Effect.isEffect(made)
                ? made
                : made instanceof Promise
                  ? Effect.tryPromise({ try: () => made, catch: failed })
                  : Effect.succeed(made)
              return isLast ? { ...batch, isLast } : batch
            })
        }
        return examples
      })
    const lengths = [train, validation, test].map((one) =>
      typeof one === "object" ? (one.length ?? null) : null
    )
    const dataset = {
      ...layout,
      name,
      fingerprint: fingerprint("stream", version, shuffle, lengths, layout),
      train: yield* examplesOf("train", train),
      validation: yield* examplesOf("validation", validation),
      test: yield* examplesOf("test", test)
    }
    return dataset as unknown as Dataset<B>
  })

const none: Examples<never> = {
  size: 0,
  batch: () => Effect.dieMessage(t`there are no examples in this split`)
}

const iterableOf = <A>(source: ExampleSource<A>): Source<A> =>
  Stream.StreamTypeId in source
    ? Stream.toAsyncIterable(source as Stream.Stream<A, DataError>)
    : (source as Source<A>)
