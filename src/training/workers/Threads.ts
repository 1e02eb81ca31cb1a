import { beside, isTypescript, start } from "../../io/Thread.js"
import { t } from "../../language/Text.js"
import { group, type Job, type Outcome } from "./Jobs.js"
import * as Patience from "./Patience.js"
import type { FromWorker, Setup, Task, ToWorker } from "./Protocol.js"

export type { Outcome } from "./Jobs.js"

/** What workers build before they compute. */
export type Assignment = Extract<ToWorker, { readonly kind: "build" }>

/**
 * Threads that compute tasks. A task that a thread leaves undone, because it dies or hangs, is given to
 * another; what comes late of it is dropped. Which thread computes a task makes no difference to its bits.
 */
export interface Threads {
  /** Starts the threads, unless they have been; one after the other, if they are to leave other cores alone. */
  readonly start: (options?: { readonly isOneByOne: boolean }) => void
  /** Has all threads build the model, and those that are started later. */
  readonly assign: (assignment: Assignment, slots: ReadonlyArray<number>) => void
  /** How many threads can compute now. */
  readonly ready: () => number
  /** Computes tasks; calls `done` with all outcomes in order, or with why not. Gives what abandons them. */
  readonly compute: (
    tasks: ReadonlyArray<Task>,
    done: (outcome: ReadonlyArray<Outcome> | string) => void
  ) => () => void
  /** Gives slots back. */
  readonly release: (outcomes: ReadonlyArray<Outcome>) => void
  /** Ends all threads. */
  readonly close: () => Promise<void>
}

/** A thread that ends is replaced, unless so many have ended with nothing done in between. */
const mostFailures = 3
/** How many slots are left over for threads that hang. */
const spareSlots = 2
export const slotCount = (shards: number, threads: number): number => shards + threads + spareSlots

/** What is used of a thread of Node. */
export interface WorkerThread {
  postMessage(message: ToWorker): void
  on(event: "message", listener: (message: FromWorker) => void): unknown
  on(event: "error", listener: (error: unknown) => void): unknown
  on(event: "exit", listener: () => void): unknown
  terminate(): Promise<unknown>
}

/** Starts the thread of a worker. */
const startThread = (setup: Setup): WorkerThread =>
  start(beside("WorkerThread", import.meta.url), {
    name: "holdfast worker",
    workerData: setup,
    mayImportTypescript: isTypescript(setup.module)
  })

interface Thread {
  readonly worker: WorkerThread
  state: "loading" | "loaded" | "building" | "idle" | "busy" | "gone"
  /** The attempt that it computes. */
  attempt: Attempt | null
}

interface Attempt {
  readonly job: Job
  readonly slot: number
  readonly since: number
  isLate: boolean
}

/** Threads, once they are started, that load the pipeline of a module. `report` gets what goes wrong with them. */
export const make = (options: {
  readonly module: string
  readonly count: number
  readonly report: (message: string) => void
  /** How a thread is started; by default, one of Node. */
  readonly spawn?: ((setup: Setup) => WorkerThread) | undefined
  /** Milliseconds after which a task is given to another thread, instead of the usual ones. */
  readonly limit?: number | undefined
}): Threads => {
  const { count, limit, module, report, spawn = startThread } = options
  const threads = new Set<Thread>()
  const queue: Array<Job> = []
  const attempts = new Map<number, { readonly thread: Thread; readonly attempt: Attempt }>()
  const patience = Patience.make(limit)
  let free: Array<number> = []
  let assignment: Assignment | null = null
  let isOneByOne = false
  let isClosed = false
  let failures = 0
  let lastId = 0
  let clock: NodeJS.Timeout | undefined

  const giveBack = (slot: number) => {
    if (slot >= 0) free.push(slot)
  }

  const alive = () => [...threads].filter(({ state }) => state !== "gone")

  const add = () => {
    const worker = spawn({ module })
    const thread: Thread = { worker, state: "loading", attempt: null }
    threads.add(thread)
    worker.on("message", (message: FromWorker) => receive(thread, message))
    worker.on("error", (error: unknown) => lose(thread, messageOf(error)))
    worker.on("exit", () => lose(thread, null))
  }

  const build = (thread: Thread) => {
    if (assignment === null || thread.state !== "loaded") return
    thread.state = "building"
    thread.worker.postMessage(assignment)
  }

  const receive = (thread: Thread, message: FromWorker) => {
    if (thread.state === "gone") return
    if (message.kind === "loaded") {
      thread.state = "loaded"
      if (isOneByOne && threads.size < count) add()
      return build(thread)
    }
    if (message.kind === "unfit") {
      // Another thread would find the same.
      failures = mostFailures
      return lose(thread, message.message)
    }
    if (message.kind === "built") {
      thread.state = "idle"
      return dispatch()
    }
    const { attempt } = thread
    const own = attempts.get(message.id)
    attempts.delete(message.id)
    thread.state = "idle"
    thread.attempt = null
    // One more had been started in its place.
    if (attempt?.isLate === true && alive().length > count) void end(thread)
    if (attempt !== null && own?.attempt === attempt) {
      if (message.kind === "done") finish(attempt, message)
      else {
        giveBack(attempt.slot)
        settle(attempt.job, message.message)
      }
    }
    dispatch()
  }

  const finish = (
    { job, slot }: Attempt,
    { ms, result }: FromWorker & { readonly kind: "done" }
  ) => {
    failures = 0
    patience.took(ms)
    if (!settle(job, { result, slot })) giveBack(slot)
  }

  const settle = (job: Job, outcome: Outcome | string) => {
    take(job)
    return job.settle(outcome)
  }

  /** Takes a job from the queue, where it may be a second time. */
  const take = (job: Job) => {
    const at = queue.indexOf(job)
    if (at !== -1) queue.splice(at, 1)
  }

  const end = (thread: Thread) => {
    thread.state = "gone"
    threads.delete(thread)
    return thread.worker.terminate()
  }

  const lose = (thread: Thread, why: string | null) => {
    if (thread.state === "gone") return
    const ended = end(thread)
    for (const [id, { attempt, thread: of }] of attempts) {
      if (of !== thread) continue
      attempts.delete(id)
      // Until it has ended it may write to its slot.
      void ended.finally(() => {
        giveBack(attempt.slot)
        dispatch()
      })
      if (attempt.job.isOpen && !attempt.isLate) queue.unshift(attempt.job)
    }
    if (isClosed) return
    failures += 1
    const isReplaced = failures <= mostFailures
    report(
      isReplaced
        ? t`a worker has ended${why === null ? "" : `: ${why}`}; another one takes its place, and the bits stay the same`
        : t`the workers cannot compute${why === null ? "" : `: ${why}`}; this thread computes instead, and the bits stay the same`
    )
    if (isReplaced) add()
    if (alive().length === 0) {
      for (const job of queue.splice(0)) settle(job, t`no worker is left`)
    } else dispatch()
  }

  const dispatch = () => {
    for (const thread of threads) {
      if (queue.length === 0) break
      if (thread.state !== "idle") continue
      const isShard = queue[0]!.task.kind === "shard"
      if (isShard && free.length === 0) break
      const job = queue.shift()!
      const slot = isShard ? free.pop()! : -1
      const id = (lastId += 1)
      const attempt = { job, slot, since: performance.now(), isLate: false }
      attempts.set(id, { thread, attempt })
      thread.attempt = attempt
      thread.state = "busy"
      thread.worker.postMessage({ kind: "task", id, task: job.task, slot } satisfies ToWorker)
    }
    watch()
  }

  const isPending = () => [...attempts.values()].some(({ attempt: { job } }) => job.isOpen)

  /** Looks now and then whether a task takes too long, while there is one. */
  const watch = () => {
    if (clock !== undefined || !isPending()) return
    clock = setTimeout(() => {
      clock = undefined
      overtake()
      watch()
    }, patience.every)
    clock.unref()
  }

  const overtake = () => {
    const now = performance.now()
    const tooLong = patience.limit()
    for (const { attempt, thread } of attempts.values()) {
      const { isLate, job, since } = attempt
      if (isLate && now - since > Patience.untilEnded) lose(thread, t`it did not answer`)
      if (isLate || now - since < tooLong || !job.isOpen) continue
      attempt.isLate = true
      queue.unshift(job)
      const isAnyFree = [...threads].some(
        ({ attempt, state }) => state !== "gone" && attempt?.isLate !== true
      )
      if (!isAnyFree && threads.size < 2 * count + 1) add()
    }
    dispatch()
  }

  return {
    start: (options) => {
      if (threads.size > 0 || isClosed) return
      isOneByOne = options?.isOneByOne === true
      for (let i = 0; i < (isOneByOne ? 1 : count); i++) add()
    },
    assign: (next, slots) => {
      assignment = next
      free = [...slots]
      threads.forEach(build)
    },
    ready: () => {
      let ready = 0
      for (const { state } of threads) if (state === "idle" || state === "busy") ready += 1
      return ready
    },
    compute: (tasks, done) => {
      const { abandon, jobs } = group(tasks, {
        done,
        onAbandoned: (all) => {
          for (const job of all) {
            if (job.outcome !== null) giveBack(job.outcome.slot)
            take(job)
          }
        }
      })
      queue.push(...jobs)
      if (alive().length === 0) for (const job of jobs) settle(job, t`no worker is left`)
      else dispatch()
      return abandon
    },
    release: (outcomes) => {
      for (const { slot } of outcomes) giveBack(slot)
    },
    close: async () => {
      isClosed = true
      clearTimeout(clock)
      await Promise.all([...threads].map(({ worker }) => worker.terminate()))
      threads.clear()
    }
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
