import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { availableParallelism } from "node:os"
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { importTypescript } from "../../io/importTypescript.js"
import { isTypescript } from "../../io/Thread.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import { CurrentPreparation } from "./Preparation.js"
import { call, problemOf, type Work } from "./Call.js"
import { Threads, type Limits } from "./Threads.js"

export type { Transfer, Work } from "./Call.js"

/** How many threads prepare data: a number, 0 for none, or as many as the machine suggests. */
export type WorkerCount = number | "auto"

/** What `training.data_workers` says, for the datasets that a run loads. */
export class DataWorkerCount extends Context.Reference<DataWorkerCount>()(
  "holdfast/DataWorkerCount",
  { defaultValue: (): WorkerCount => "auto" }
) {}

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
  /** How many threads there are at most. */
  readonly threads: number
  /** What `Examples.ahead` of a dataset should be that is prepared by them. */
  readonly ahead: number
}

type ArgumentOf<F> = F extends Work<infer A, unknown> ? A : never
type ResultOf<F> = F extends Work<never, infer B> ? B : never

/** Where the functions are, and what a call may take. */
export interface WorkerOptions {
  /** The module that exports them, TypeScript or JavaScript: `new URL("./augment.ts", import.meta.url)`. */
  readonly module: URL
  /** By default as `training.data_workers` says. */
  readonly workers?: WorkerCount
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
  memory,
  module,
  timeout = 300,
  workers
}: WorkerOptions) {
  const count = workers ?? (yield* DataWorkerCount)
  const isAuto = count === "auto"
  const most = isAuto ? suggested(availableParallelism()) : count
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
  const isHere = () =>
    most === 0 ||
    (isAuto && (preparation.by === null ? spent < worthAThread : preparation.by === "thread"))
  const here = async (
    name: string,
    arguments_: ReadonlyArray<unknown>,
    signal: AbortSignal
  ): Promise<ReadonlyArray<unknown>> => {
    const results: Array<unknown> = []
    for (const argument of arguments_) {
      if (signal.aborted) break
      const started = performance.now()
      results.push(await call({ module: module.href, function: name, argument }, () => {}, load))
      spent += performance.now() - started
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
            try: (signal) => here(name, arguments_, signal),
            catch: (error) => failed(name, t`threw an error: ${problemOf(error)}`)
          })
        : inThreads(name, arguments_, transfer)
    })
  return { all: all as never, threads: most, ahead: most === 0 ? 1 : batchesAhead }
})

/** Imports a module on the main thread, where nothing translates TypeScript any more. */
const load = (url: string): Promise<unknown> =>
  isTypescript(url) && !isTypescript(import.meta.url) ? importTypescript(url) : import(url)
