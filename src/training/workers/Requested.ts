import type * as Threads from "./Threads.js"
import * as Context from "effect/Context"
import * as Cores from "../../io/Cores.js"

/** How many workers compute the steps of a run, and the module whose default export is its pipeline. */
export interface Request {
  /** `auto`: one for each shard at most, as many as there are cores, and only where they are faster. */
  readonly count: number | "auto"
  /** The URL of the module. */
  readonly module: string
  /** How threads are started and when one is given up, for tests. */
  readonly threads?: Pick<Parameters<typeof Threads.make>[0], "limit" | "spawn">
}

/** What was asked for; null: this thread computes. */
export class WorkersRequested extends Context.Reference<WorkersRequested>()(
  "holdfast/WorkersRequested",
  { defaultValue: (): Request | null => null }
) {}

/** How many workers that is for so many shards. */
export const countOf = ({ count }: Pick<Request, "count">, shards: number): number =>
  count === "auto" ? Math.min(shards, Cores.available()) : count

const workerMark = Symbol.for("holdfast/worker")

/** Marks this thread as a worker, which computes steps for another one. */
export const markAsWorker = (): void => void Object.assign(globalThis, { [workerMark]: true })

/** Whether this thread is a worker. */
export const isWorker = (): boolean => workerMark in globalThis
