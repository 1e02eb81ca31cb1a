import type { ResourceLimits, Worker } from "node:worker_threads"
import * as Thread from "../../io/Thread.js"
import * as Language from "../../language/Language.js"
import { t } from "../../language/Text.js"
import { taken, type Answer, type Call, type Request } from "./Call.js"

/** What a thread needs at its start. */
export interface Setup {
  readonly language: Language.Language
}

/** A call, and who waits for its answer. `problem` is the end of a sentence that names the function. */
export interface Job {
  readonly call: Call
  /** Buffers of the argument that the thread takes over. */
  readonly transfer: ReadonlyArray<ArrayBuffer>
  /** Gets a part of the answer, and what to call once it is taken. After a thread has died, the first one comes again. */
  readonly part: (part: unknown, taken: () => void) => void
  readonly answer: (value: unknown) => void
  readonly fail: (problem: string) => void
}

/** How many threads there are at most, and what each may take. */
export interface Limits {
  readonly threads: number
  /** Milliseconds after which a call counts as hung. */
  readonly patience: number
  readonly resourceLimits?: ResourceLimits
}

interface Running extends Job {
  /** How many threads have died of it. */
  deaths: number
}

interface Member {
  readonly worker: Worker
  /** In the order of their answers. All are with the thread already, so that it need not wait for this one. */
  readonly jobs: Array<Running>
  timer: NodeJS.Timeout | undefined
  /** What it has died of. */
  problem: string
}

/**
 * Threads that are started as calls need them. One that dies is replaced, and the call that it died of
 * made again. Call `close` at the end.
 */
export class Threads {
  private readonly members = new Set<Member>()
  private isClosed = false

  constructor(private readonly limits: Limits) {}

  /** Makes a call; returns at once. */
  submit(job: Job): void {
    this.give({ ...job, deaths: 0 })
  }

  /** Ends all threads, in the midst of what they do. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all(Array.from(this.members, ({ worker }) => worker.terminate()))
  }

  private give(job: Running): void {
    const { call, transfer } = job
    try {
      const least = Array.from(this.members).reduce<Member | null>(
        (least, one) => (least === null || one.jobs.length < least.jobs.length ? one : least),
        null
      )
      const member =
        least === null || (least.jobs.length > 0 && this.members.size < this.limits.threads)
          ? this.start(call)
          : least
      member.worker.postMessage(call, transfer)
      member.jobs.push(job)
      if (member.jobs.length === 1) this.watch(member)
      // Whoever waits for an answer keeps the process alive.
      member.worker.ref()
    } catch (error) {
      job.fail(t`cannot be called in a thread: ${messageOf(error)}`)
    }
  }

  private start({ module }: Call): Member {
    const { resourceLimits } = this.limits
    const worker = Thread.start(Thread.beside("./WorkerThread", import.meta.url), {
      name: "data",
      mayImportTypescript: Thread.isTypescript(module),
      workerData: { language: Language.spoken() } satisfies Setup,
      ...(resourceLimits && { resourceLimits })
    })
    const member: Member = { worker, jobs: [], timer: undefined, problem: "" }
    worker.on("message", (answer: Answer) => {
      if ("part" in answer) {
        this.watch(member)
        member.jobs[0]?.part(answer.part, () => worker.postMessage(taken satisfies Request))
        return
      }
      const job = member.jobs.shift()
      this.watch(member)
      if (job === undefined) return
      if ("value" in answer) job.answer(answer.value)
      else job.fail(t`threw an error: ${answer.problem}`)
    })
    worker.on("error", (error: NodeJS.ErrnoException) => {
      member.problem =
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? t`ran out of memory in its thread`
          : t`ended its thread: ${messageOf(error)}`
    })
    worker.on("exit", (code) => {
      clearTimeout(member.timer)
      this.members.delete(member)
      if (this.isClosed) return
      const problem = member.problem === "" ? t`ended its thread with code ${code}` : member.problem
      this.recover(member.jobs, problem)
    })
    this.members.add(member)
    return member
  }

  /** Gives the jobs of a thread that has died to others; the first is what it has died of. */
  private recover([first, ...others]: ReadonlyArray<Running>, problem: string): void {
    if (first === undefined) return
    first.deaths++
    // What was moved to the thread is lost with it.
    if (first.deaths < 2 && first.transfer.length === 0) this.give(first)
    else first.fail(problem)
    for (const job of others) {
      if (job.transfer.length === 0) this.give(job)
      else job.fail(problem)
    }
  }

  /** Gives the thread its time for the next answer. */
  private watch(member: Member): void {
    clearTimeout(member.timer)
    if (member.jobs.length === 0) return member.worker.unref()
    const [job] = member.jobs
    member.timer = setTimeout(() => {
      // After a step that took longer than this, its answer may be there but not read yet.
      setImmediate(() =>
        setImmediate(() => {
          if (member.jobs[0] !== job || this.isClosed) return
          member.jobs.shift()
          job!.fail(t`has not returned in ${this.limits.patience / 1000} seconds`)
          void member.worker.terminate()
        })
      )
    }, this.limits.patience)
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
