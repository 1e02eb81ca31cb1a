import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import * as Cores from "../../io/Cores.js"
import { importTypescript } from "../../io/importTypescript.js"
import { isTypescript } from "../../io/Thread.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import { call, problemOf, type Answering, type Work, type WorkInParts } from "./Call.js"
import { CurrentPreparation } from "./Preparation.js"
import { Threads, type Limits } from "./Threads.js"

export type { Give, Transfer, Work, WorkInParts } from "./Call.js"

/** How many threads prepare data: a number, 0 for none, or as many as the machine suggests. */
export type WorkerCount = number | "auto"

/** What `training.data_workers` says, for the datasets that a run loads. */
export class DataWorkerCount extends Context.Reference<DataWorkerCount>()(
  "holdfast/DataWorkerCount",
  { defaultValue: (): WorkerCount => "auto" }
) {}

/** How many threads "auto" is while training waits for data, which leaves them all cores; null: as many as there are. */
export class LoadingThreads extends Context.Reference<LoadingThreads>()("holdfast/LoadingThreads", {
  defaultValue: (): number | null => null
}) {}

/** Calls functions of a module `M`, `typeof import("./augment.js")`, in worker threads, many calls at a time. */
export interface DataWorkers<in out M> {
  /**
   * The results of a function for all arguments, in their order. The calls begin before this returns, so that
   * they run while the main thread takes a step. Buffers in `transfer` are moved to a thread, and lost
   * here, not copied.
   */
  readonly all: <N extends keyof M & string>(
    name: N,
    arguments_: ReadonlyArray<ArgumentOf<M[N]>>,
    transfer?: (argument: ArgumentOf<M[N]>) => ReadonlyArray<ArrayBuffer>
  ) => Effect.Effect<ReadonlyArray<ResultOf<M[N]>>, DataError>
  /**
   * The result of a function that gives parts of it before: `keep` takes them, one after another. Where a thread has
   * died, they come again from the first on.
   */
  readonly inParts: <N extends keyof M & string, E, R>(
    name: N,
    argument: PartsOf<M[N]>["argument"],
    keep: (part: PartsOf<M[N]>["part"]) => Effect.Effect<unknown, E, R>,
    options?: {
      /** What the call takes, about: with "auto", a long one is not made on the main thread. */
      readonly milliseconds?: number
    }
  ) => Effect.Effect<PartsOf<M[N]>["result"], DataError | E, R>
  /** How many threads there are at most. */
  readonly threads: number
  /** What `Examples.ahead` of a dataset should be that is prepared by them. */
  readonly ahead: number
}

type ArgumentOf<F> = F extends Work<infer A, unknown> ? A : never
type ResultOf<F> = F extends Work<never, infer B> ? B : never

type PartsOf<F> =
  F extends WorkInParts<infer A, infer P, infer B>
    ? { readonly argument: A; readonly part: P; readonly result: B }
    : never

/** Where the functions are, and what a call may take. */
export interface WorkerOptions {
  /** The module that exports them, TypeScript or JavaScript: `new URL("./augment.ts", import.meta.url)`. */
  readonly module: URL
  /** By default as `training.data_workers` says. */
  readonly workers?: WorkerCount
  /** Whether training waits for the calls: "auto" is then a thread for each core, or as many as `--workers` says. */
  readonly loading?: boolean
  /** Seconds after which a call counts as hung; default: 300. */
  readonly timeout?: number
  /** The most megabytes of heap that a thread may take; by default Node's own limit. */
  readonly memory?: number
}

/** With "auto", calls stay on the main thread until they have taken so many milliseconds, or training decides. */
const worthAThread = 500
/** Batches that are prepared ahead of the step where threads prepare them. */
const batchesAhead = 4

/** How many threads "auto" is: one for each core but that of the main thread, four at most. */
export const suggested = (cores: number): number => Math.max(1, Math.min(4, cores - 1))

/** As `suggested`, where the main thread has nothing else to do: none where there is one core, eight at most. */
export const suggestedWhileLoading = (cores: number): number =>
  cores === 1 ? 0 : Math.min(8, cores)

/**
 * Worker threads that call the functions of a module, for a dataset that decodes or augments. A function must be
 * one of its argument alone, which it leaves as it is: draw random numbers before, and pass them. Then a batch
 * has the same bits whatever the number of threads, also with none, where the main thread calls it.
 * Arguments and results are copied as by `structuredClone`; a function gets a second argument, `transfer`,
 * by which buffers of its result are moved instead.
 *
 * Threads start with the first calls; with "auto", once these have taken half a second, and in training where steps are
 * faster with them. They end with the scope. One that dies is replaced, and its call made again. Fails with `DataError`, reason `Worker`, naming module
 * and function, where the function throws, ends its thread twice or does not return.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { DataWorkers, type Examples } from "holdfast"
 *
 * // What blur.ts exports; `typeof import("./blur.js")` says it, too.
 * type Blurring = {
 *   readonly blur: (argument: { pixels: Uint8Array; radius: number }) => Uint8Array
 * }
 *
 * export const blurred = (images: ReadonlyArray<Uint8Array>, labels: Int32Array) =>
 *   Effect.gen(function* () {
 *     const workers = yield* DataWorkers.make<Blurring>({
 *       module: new URL("./blur.ts", import.meta.url)
 *     })
 *     const examples: Examples = {
 *       size: images.length,
 *       ahead: workers.ahead,
 *       batch: (indices, rng = () => 0) =>
 *         Effect.map(
 *           workers.all(
 *             "blur",
 *             Array.from(indices, (i) => ({ pixels: images[i]!, radius: 3 * rng() }))
 *           ),
 *           (parts) => ({
 *             size: indices.length,
 *             inputs: Uint8Array.from(parts.flatMap((part) => [...part])),
 *             labels: indices.map((i) => labels[i]!)
 *           })
 *         )
 *     }
 *     return examples
 *   })
 * ```
 */
export const make = <M>(
  options: WorkerOptions
): Effect.Effect<DataWorkers<M>, never, Scope.Scope> => open(options)

const open = Effect.fnUntraced(function* ({
  loading = false,
  memory,
  module,
  timeout = 300,
  workers
}: WorkerOptions) {
  const count = workers ?? (yield* DataWorkerCount)
  const isAuto = count === "auto"
  const most = !isAuto
    ? count
    : loading
      ? ((yield* LoadingThreads) ?? suggestedWhileLoading(Cores.available()))
      : suggested(Cores.available())
  const limits: Limits = {
    threads: most,
    patience: timeout * 1000,
    ...(memory !== undefined && { resourceLimits: { maxOldGenerationSizeMb: memory } })
  }
  const threads = yield* Effect.acquireRelease(
    Effect.sync(() => new Threads(limits)),
    (threads) => Effect.promise(() => threads.close())
  )
  const path = module.protocol === "file:" ? relative("", fileURLToPath(module)) : module.href
  const failed = (name: string, detail: string) =>
    new DataError({ reason: "Worker", path: t`the function ${name} of ${path}`, detail })
  const preparation = yield* CurrentPreparation
  let spent = 0
  let atLast: Promise<unknown> = Promise.resolve()
  const here = async (name: string, argument: unknown, give: Answering["give"], expected = 0) => {
    // A module is loaded once, and so does not count.
    await load(module.href)
    const started = performance.now()
    const answering: Answering = { transfer: () => {}, give }
    const result = await call({ module: module.href, function: name, argument }, answering, load)
    spent += performance.now() - started - expected
    return result
  }
  const isHere = (milliseconds = 0) =>
    most === 0 ||
    (isAuto &&
      (preparation.by === null ? spent + milliseconds < worthAThread : preparation.by === "thread"))
  const allHere = async (
    name: string,
    arguments_: ReadonlyArray<unknown>,
    signal: AbortSignal
  ): Promise<ReadonlyArray<unknown>> => {
    const results: Array<unknown> = []
    for (const argument of arguments_) {
      if (signal.aborted) break
      results.push(await here(name, argument, () => Promise.resolve()))
      // Functions take long, and all of it on this thread.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return results
  }
  const inThreads = (
    name: string,
    arguments_: ReadonlyArray<unknown>,
    transfer: (argument: never) => ReadonlyArray<ArrayBuffer>
  ) =>
    Effect.async<ReadonlyArray<unknown>, DataError>((resume) => {
      const results: Array<unknown> = []
      let left = arguments_.length
      if (left === 0) resume(Effect.succeed(results))
      arguments_.forEach((argument, i) =>
        threads.submit({
          call: { module: module.href, function: name, argument },
          transfer: transfer(argument as never),
          part: (_, taken) => taken(),
          answer: (value) => {
            results[i] = value
            if (--left === 0) resume(Effect.succeed(results))
          },
          fail: (problem) => resume(failed(name, problem))
        })
      )
    })
  const all = (
    name: string,
    arguments_: ReadonlyArray<unknown>,
    transfer: (argument: never) => ReadonlyArray<ArrayBuffer> = () => []
  ) =>
    Effect.suspend(() => {
      if (isAuto) {
        preparation.threads = most
        preparation.calls++
      }
      return isHere()
        ? Effect.tryPromise({
            try: (signal) => allHere(name, arguments_, signal),
            catch: (error) => failed(name, threw(error))
          })
        : inThreads(name, arguments_, transfer)
    })
  const inParts = <E, R>(
    name: string,
    argument: unknown,
    keep: (part: unknown) => Effect.Effect<unknown, E, R>,
    { milliseconds = 0 }: { readonly milliseconds?: number } = {}
  ) =>
    Effect.gen(function* () {
      const arrived = yield* Queue.unbounded<Arrived>()
      const put = (one: Arrived) => void Queue.unsafeOffer(arrived, one)
      const part = (part: unknown, taken: () => void) => put({ part, taken })
      const answer = (value: unknown) => put({ value })
      const fail = (problem: string) => put({ problem })
      if (isHere(milliseconds)) {
        const give = (one: unknown) => new Promise<void>((resolve) => part(one, resolve))
        spent += milliseconds
        const made = () => here(name, argument, give, milliseconds)
        // One after another, as each takes all of this thread.
        atLast = atLast.then(made).then(answer, (error) => fail(threw(error)))
      } else {
        const called = { module: module.href, function: name, argument }
        threads.submit({ call: called, transfer: [], part, answer, fail })
      }
      while (true) {
        const next = yield* Queue.take(arrived)
        if ("problem" in next) return yield* failed(name, next.problem)
        if ("value" in next) return next.value
        yield* keep(next.part)
        next.taken()
      }
    })
  return {
    all: all as never,
    inParts: inParts as never,
    threads: most,
    ahead: most === 0 ? 1 : batchesAhead
  }
})

/** What comes of a call in parts. */
type Arrived =
  | { readonly part: unknown; readonly taken: () => void }
  | { readonly value: unknown }
  | { readonly problem: string }

const threw = (error: unknown): string => t`threw an error: ${problemOf(error)}`

/** Imports a module on the main thread, where nothing translates TypeScript any more. */
const load = (url: string): Promise<unknown> =>
  isTypescript(url) && !isTypescript(import.meta.url) ? importTypescript(url) : import(url)
