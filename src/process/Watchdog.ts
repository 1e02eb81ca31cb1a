import { Worker } from "node:worker_threads"
import type { Terms } from "./Guard.js"
import type { Signal } from "./Signal.js"

/** What the thread needs at its start. */
export interface Setup {
  readonly terms: Terms
  /** What to say when the npx that has started this process is gone. */
  readonly orphaned: string
}

/** New terms, or the signal that is stopping the command. */
export type ToThread = Terms | Signal

/** The thread watches for signals; the npx that started this process is gone. */
export type FromThread = "watching" | "orphaned"

/** A thread that watches for signals while the main thread may be blocked. */
export interface Watchdog {
  readonly send: (message: ToThread) => void
}

/**
 * Starts a thread whose guard answers signals and ends the process on its own, so that Ctrl+C and the
 * grace period work even while the main thread computes for minutes. Costs the main thread 3 ms and
 * the process about 10 MB. Where threads are not allowed, `lost` is called at once.
 *
 * Ending the process at any moment is safe: a checkpoint is durable and intact, or does not exist.
 */
export const start = (
  setup: Setup,
  on: {
    /** The thread has begun to watch. */
    readonly watching: () => void
    readonly orphaned: () => void
    /** The thread has ended, or could not watch for signals. */
    readonly lost: () => void
  }
): Watchdog => {
  try {
    const worker = new Worker(new URL("./WatchdogThread.js", import.meta.url), {
      workerData: setup,
      execArgv: ["--expose-internals", "--no-warnings"]
    })
    worker.on("message", (message: FromThread) => on[message]())
    worker.on("error", on.lost)
    worker.on("exit", on.lost)
    worker.unref()
    return { send: (message) => worker.postMessage(message) }
  } catch {
    on.lost()
    return { send: () => {} }
  }
}
