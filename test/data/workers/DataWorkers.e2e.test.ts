import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Module from "../../../src/data/workers/DataWorkers.js"

// As it is built, as users run it: threads of the sources would translate each module first.
let DataWorkers: typeof Module
beforeAll(async () => {
  const url = new URL("../../../dist/data/workers/DataWorkers.js", import.meta.url)
  DataWorkers = (await import(url.href)) as typeof Module
})

type Functions = Readonly<Record<string, (argument: unknown) => unknown>>
type Counting = {
  readonly counting: Module.WorkInParts<
    { readonly count: number; readonly marker?: Int32Array },
    Float64Array,
    number
  >
}
type Options = Partial<Module.WorkerOptions>

const workersOf = (options: Options = {}) =>
  DataWorkers.make<Functions>({
    module: new URL("./functions.mjs", import.meta.url),
    workers: 1,
    ...options
  })

const failureOf = (name: string, argument: unknown, options?: Options) =>
  Effect.scoped(Effect.flatMap(workersOf(options), ({ all }) => Effect.flip(all(name, [argument]))))

describe("DataWorkers.make", () => {
  it.effect(
    "gives the same results in the order of the arguments, with any number of threads",
    () =>
      Effect.gen(function* () {
        const numbers = Array.from({ length: 9 }, (_, i) => Float64Array.of(i, i / 3))
        const expected = numbers.map((some) => some.map((x) => x * x))
        for (const workers of [0, 1, 3, "auto"] as const) {
          const results = yield* Effect.scoped(
            Effect.flatMap(workersOf({ workers }), ({ all }) => all("squares", numbers))
          )
          expect(results).toEqual(expected)
        }
      })
  )

  it.scopedLive("answers in the order of the arguments though later calls end first", () =>
    Effect.gen(function* () {
      const { all } = yield* workersOf({ workers: 2 })
      const results = yield* all("slowly", [
        { value: 1, milliseconds: 60 },
        { value: 2, milliseconds: 0 },
        { value: 3, milliseconds: 0 }
      ])
      expect(results).toEqual([1, 2, 3])
    })
  )

  it.scoped("starts one thread for calls that follow each other, and keeps it", () =>
    Effect.gen(function* () {
      const { all } = yield* workersOf({ workers: 2 })
      expect(yield* all("countCalls", [undefined])).toEqual([1])
      expect(yield* all("countCalls", [undefined])).toEqual([2])
    })
  )

  it.scoped("moves buffers to a thread that it is to have", () =>
    Effect.gen(function* () {
      const { all } = yield* workersOf()
      const numbers = Float64Array.of(3)
      const moved = all("squares", [numbers], () => [numbers.buffer])
      expect(yield* moved).toEqual([Float64Array.of(9)])
      expect(numbers.length).toBe(0)
    })
  )

  it.effect("calls TypeScript that imports TypeScript, in threads and without", () =>
    Effect.gen(function* () {
      for (const workers of [0, 1]) {
        const module = new URL("./translated.ts", import.meta.url)
        const results = yield* Effect.scoped(
          Effect.flatMap(workersOf({ module, workers }), ({ all }) => all("quarter", [8]))
        )
        expect(results).toEqual([2])
      }
    })
  )

  it.effect("names module, function and place of what was thrown", () =>
    Effect.gen(function* () {
      for (const workers of [0, 1]) {
        const error = yield* failureOf("throws", "no such color", { workers })
        expect(error.reason).toBe("Worker")
        expect(error.message).toMatch(
          /^the function throws of test.data.workers.functions.mjs: threw an error: no such color \(at .*functions/
        )
      }
    })
  )

  it.scoped("fails where a function is missing or gives what cannot be cloned, and serves on", () =>
    Effect.gen(function* () {
      const { all } = yield* workersOf()
      const missing = yield* Effect.flip(all("mistyped", [1]))
      expect(missing.message).toContain("mistyped is not exported as a function")
      const uncloneable = yield* Effect.flip(all("uncloneable", [1]))
      expect(uncloneable.message).toContain("could not be cloned")
      const argument = yield* Effect.flip(all("countCalls", [() => 1]))
      expect(argument.message).toContain(
        "cannot be called in a thread: () => 1 could not be cloned"
      )
      expect(yield* all("countCalls", [1])).toEqual([1])
    })
  )

  it.scoped("replaces a thread that ends, and makes its calls again", () =>
    Effect.gen(function* () {
      const { all } = yield* workersOf()
      const marker = new Int32Array(new SharedArrayBuffer(4))
      expect(yield* all("exitsOnce", [marker, marker, marker])).toEqual(Array(3).fill("survived"))
    })
  )

  it.effect("gives up on a call that ends its thread twice", () =>
    Effect.map(failureOf("exits", 1), (error) => {
      expect(error.detail).toBe("ended its thread with code 7")
    })
  )

  it.effect("ends a thread whose memory is full", () =>
    Effect.map(failureOf("eats", 1, { memory: 16 }), (error) => {
      expect(error.detail).toBe("ran out of memory in its thread")
    })
  )

  it.live("ends a call that does not return, and serves the next one", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { all } = yield* workersOf({ timeout: 0.3 })
        const error = yield* Effect.flip(all("hangs", [1]))
        expect(error.detail).toBe("has not returned in 0.3 seconds")
        // A busy machine may start the next thread too late as well.
        const next = Effect.retry(all("countCalls", [1]), { times: 20 })
        expect(yield* next).toEqual([1])
      })
    )
  )

  it.live("ends a call that runs when the scope closes", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { all } = yield* workersOf()
        yield* Effect.timeoutOption(all("hangs", [1]), 100)
      })
    )
  )
})

describe("DataWorkers.make, inParts", () => {
  /** The parts that were kept, a list for each beginning; and the result. */
  const counted = (workers: Module.WorkerCount, count: number, marker?: Int32Array) =>
    Effect.gen(function* () {
      const { inParts } = yield* DataWorkers.make<Counting>({
        module: new URL("./functions.mjs", import.meta.url),
        workers
      })
      const kept: Array<Array<number>> = []
      const argument = { count, ...(marker && { marker }) }
      const result = yield* inParts("counting", argument, ([one]) =>
        Effect.sync(() => (one === 0 ? kept.push([0]) : kept.at(-1)!.push(one!)))
      )
      return { kept, result }
    }).pipe(Effect.scoped)

  it.effect("gives the same parts and result with threads and without", () =>
    Effect.gen(function* () {
      for (const workers of [0, 1, "auto"] as const) {
        expect(yield* counted(workers, 4)).toEqual({ kept: [[0, 1, 2, 3]], result: 4 })
      }
    })
  )

  it.effect("gives the parts from the first on again where a thread has died", () =>
    Effect.gen(function* () {
      const marker = new Int32Array(new SharedArrayBuffer(4))
      const { kept, result } = yield* counted(1, 4, marker)
      expect(kept.at(-1)).toEqual([0, 1, 2, 3])
      expect([kept.length, result]).toEqual([2, 4])
    })
  )

  it.effect("fails with what keeping a part fails with", () =>
    Effect.gen(function* () {
      for (const workers of [0, 1]) {
        const { inParts } = yield* DataWorkers.make<Counting>({
          module: new URL("./functions.mjs", import.meta.url),
          workers
        })
        const full = inParts("counting", { count: 3 }, () => Effect.fail("full" as const))
        expect(yield* Effect.flip(full)).toBe("full")
      }
    }).pipe(Effect.scoped)
  )
})

describe("DataWorkers.suggestedWhileLoading", () => {
  it("takes all cores up to eight, and the main thread alone where there is one", () => {
    expect([1, 2, 4, 64].map(DataWorkers.suggestedWhileLoading)).toEqual([0, 2, 4, 8])
  })
})

describe("DataWorkers.suggested", () => {
  it("leaves a core to the main thread, and starts one to four threads", () => {
    expect([1, 2, 4, 64].map(DataWorkers.suggested)).toEqual([1, 1, 3, 4])
  })
})
