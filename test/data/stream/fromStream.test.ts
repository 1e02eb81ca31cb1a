import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  Dataset,
  DataError,
  Observer,
  type Batch,
  type Event,
  type Rng
} from "../../../src/index.js"
import type { StreamEpoch } from "../../../src/data/Dataset.js"
import type { StreamOptions } from "../../../src/data/stream/fromStream.js"
import { following } from "../../../src/data/Order.js"
import * as Random from "../../../src/training/Random.js"

const random = Random.make(5)
const epochOf = (epoch: number, fullBatches = false): StreamEpoch => ({
  epoch,
  rng: (block) => Random.generator(random, "shuffle", epoch, block),
  fullBatches
})

/** Ten examples, whose numbers say the epoch. */
function* ten(epoch: number) {
  for (let i = 0; i < 10; i++) yield 100 * epoch + i
}

const collate = (examples: ReadonlyArray<number>, rng?: Rng): Batch => ({
  size: examples.length,
  inputs: Float32Array.from(examples, (x) => x + (rng === undefined ? 0 : rng() / 2)),
  labels: Float32Array.from(examples)
})

const streamOf = (options: Partial<StreamOptions<number, Batch>> = {}) => {
  const events: Array<Event> = []
  return Effect.map(
    Effect.provide(
      Dataset.fromStream<number, Batch>({
        version: "1",
        train: ten,
        collate,
        inputShape: [],
        labelShape: [],
        classes: [],
        ...options
      }),
      Observer.make((event) => Effect.sync(() => events.push(event)))
    ),
    (dataset) => ({
      dataset,
      notices: () => events.flatMap((event) => (event._tag === "Notice" ? [event.message] : [])),
      read: (from: number, count: number, epoch?: StreamEpoch) =>
        Effect.map(dataset.train.batch(following(from, count), undefined, epoch), (batch) =>
          batch.size === 0 ? [] : Array.from(batch.labels, Number)
        )
    })
  )
}

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)

describe("Dataset.fromStream", () => {
  it.scoped("reads batches in the order of the stream, and says which is the last", () =>
    Effect.gen(function* () {
      const { dataset } = yield* streamOf()
      expect(dataset.train.size).toBe(Infinity)
      const batches = yield* Effect.forEach([0, 4, 8], (from) =>
        dataset.train.batch(following(from, 4))
      )
      expect(batches.map(({ labels }) => Array.from(labels))).toEqual([
        numbers(4),
        numbers(4, 4),
        [8, 9]
      ])
      expect(batches.map(({ isLast = false }) => isLast)).toEqual([false, false, true])
      expect(yield* dataset.train.batch(following(10, 4))).toEqual({ size: 0, isLast: true })
    })
  )

  it.scoped("leaves out a last batch that is not full, and says so with the one before", () =>
    Effect.gen(function* () {
      const { dataset } = yield* streamOf()
      const at = epochOf(0, true)
      const batch = (from: number) => dataset.train.batch(following(from, 4), undefined, at)
      expect([(yield* batch(0)).isLast, (yield* batch(4)).isLast]).toEqual([undefined, true])
      expect((yield* batch(8)).size).toBe(0)
    })
  )

  it.scoped("takes arrays, asynchronous generators and streams of Effect alike", () =>
    Effect.gen(function* () {
      const sources = [
        () => numbers(10),
        async function* () {
          for (const x of numbers(10)) {
            await new Promise((resolve) => setImmediate(resolve))
            yield x
          }
        },
        () => Stream.range(0, 9)
      ]
      for (const train of sources) {
        const { read } = yield* streamOf({ train })
        expect(yield* read(0, 8)).toEqual(numbers(8))
        expect(yield* read(8, 8)).toEqual([8, 9])
      }
    })
  )

  it.scoped("finds any position of any epoch again, shuffled or not, whether it seeks or not", () =>
    Effect.gen(function* () {
      const opened: Array<readonly [number, number]> = []
      const seeking = {
        open: (epoch: number, from: number) => {
          opened.push([epoch, from])
          return numbers(10 - from, 100 * epoch + from)
        },
        seeks: true
      }
      for (const shuffle of [1, 4, 100]) {
        const all: Array<ReadonlyArray<number>> = []
        for (const epoch of [0, 1]) {
          const { read } = yield* streamOf({ shuffle })
          const complete = yield* Effect.forEach([0, 3, 6, 9], (from) =>
            read(from, 3, epochOf(epoch))
          )
          all.push(complete.flat())
          for (const [i, from] of [0, 3, 6, 9].entries()) {
            for (const train of [ten, seeking]) {
              const again = yield* streamOf({ shuffle, train })
              expect(yield* again.read(from, 3, epochOf(epoch))).toEqual(complete[i])
              // Back again, as after a recovery from divergence.
              expect(yield* again.read(0, 3, epochOf(epoch))).toEqual(complete[0])
            }
          }
        }
        const [first, second] = all as [ReadonlyArray<number>, ReadonlyArray<number>]
        expect(first.toSorted((a, b) => a - b)).toEqual(numbers(10))
        expect(second.map((x) => x - 100).toSorted((a, b) => a - b)).toEqual(numbers(10))
        expect(first.every((x, i) => second[i] === x + 100)).toBe(shuffle === 1)
        // An example stays in its block.
        if (shuffle === 4) expect(first.slice(4, 8).every((x) => x >= 4 && x < 8)).toBe(true)
      }
      expect(opened).toContainEqual([1, 9])
      expect(opened).toContainEqual([1, 8])
    })
  )

  it.scoped("ends at its length, and fails where the stream ends before", () =>
    Effect.gen(function* () {
      const some = yield* streamOf({ train: { open: ten, length: 6 } })
      expect(some.dataset.train.size).toBe(6)
      expect(yield* some.read(0, 6)).toEqual(numbers(6))
      const { read } = yield* streamOf({ train: { open: ten, length: 12 } })
      yield* read(0, 8)
      expect((yield* Effect.flip(read(8, 4))).message).toBe(
        "stream, the stream of train: it ended after 10 examples, where its length says 12"
      )
    })
  )

  it.scoped("names the split whose stream fails, is empty, or is read by index", () =>
    Effect.gen(function* () {
      const failing = yield* streamOf({
        name: "clicks",
        train: function* () {
          yield 1
          throw new Error("line 2 is no JSON")
        }
      })
      const error = yield* Effect.flip(failing.read(0, 4))
      expect(error).toBeInstanceOf(DataError)
      expect(error.message).toBe("clicks, the stream of train: line 2 is no JSON")
      const empty = yield* streamOf({ train: () => [] })
      expect((yield* Effect.flip(empty.read(0, 4))).reason).toBe("Empty")
      const { dataset } = yield* streamOf()
      const scattered = yield* Effect.flip(dataset.train.batch(Int32Array.of(3, 1)))
      expect(scattered.detail).toContain("read in order")
      const collating = yield* streamOf({
        collate: () => {
          throw new Error("no such field")
        }
      })
      expect((yield* Effect.flip(collating.read(0, 1))).message).toContain("no such field")
    })
  )

  it.scoped("continues a stream that gives no example again, and warns of it", () =>
    Effect.gen(function* () {
      let next = 0
      const messages = function* () {
        for (;;) yield next++
      }
      const live = { open: messages, repeats: false }
      const first = yield* streamOf({ train: live })
      expect(yield* first.read(0, 3)).toEqual([0, 1, 2])
      expect(yield* first.read(3, 3)).toEqual([3, 4, 5])
      expect(first.notices()).toEqual([])
      const { notices, read } = yield* streamOf({ train: live })
      const resumed = yield* read(6, 3)
      expect(resumed).toHaveLength(3)
      expect(resumed[0]).toBeGreaterThan(5)
      expect(notices()).toEqual([
        "stream, the stream of train gives no example again: the run continues with the next ones, and is not exact"
      ])
    })
  )

  it.live("abandons a source that does not answer, and opens it again", () =>
    Effect.scoped(
      Effect.gen(function* () {
        let opened = 0
        const { read } = yield* streamOf({
          train: async function* () {
            opened++
            yield 0
            if (opened === 1) await new Promise(() => {})
            yield 1
          }
        })
        yield* Effect.timeoutOption(read(0, 2), 20)
        expect(yield* read(0, 2)).toEqual([0, 1])
        expect(opened).toBe(2)
      })
    )
  )

  it.scoped("draws augmentation from the run's random numbers, and closes its sources", () =>
    Effect.gen(function* () {
      let isClosed = false
      const rng = () => Random.generator(random, "augment", 0, 0)
      const batch = yield* Effect.scoped(
        Effect.gen(function* () {
          const { dataset } = yield* streamOf({
            train: function* () {
              try {
                yield* ten(0)
              } finally {
                isClosed = true
              }
            }
          })
          const first = yield* dataset.train.batch(following(0, 3), rng())
          expect(yield* dataset.train.batch(following(0, 3), rng())).toEqual(first)
          isClosed = false
          return first
        })
      )
      expect(isClosed).toBe(true)
      expect(Array.from(batch.inputs)).not.toEqual([0, 1, 2])
    })
  )

  it.scoped("has a fingerprint of version, shuffle and lengths", () =>
    Effect.gen(function* () {
      const of = (options: Partial<StreamOptions<number, Batch>>) =>
        Effect.map(streamOf(options), ({ dataset }) => dataset.fingerprint)
      const first = yield* of({})
      expect(yield* of({})).toBe(first)
      const others = yield* Effect.all([
        of({ version: "2" }),
        of({ shuffle: 3 }),
        of({ train: { open: ten, length: 9 } })
      ])
      expect(new Set([first, ...others]).size).toBe(4)
    })
  )
})
