import type { Result, Task } from "./Protocol.js"

/** The result of a task, and the slot that holds its gradients, to be given back. */
export interface Outcome {
  readonly result: Result
  readonly slot: number
}

/** A task that is given to one thread after another until one has computed it. */
export interface Job {
  readonly task: Task
  readonly outcome: Outcome | null
  /** Whether somebody waits for it. */
  readonly isOpen: boolean
  /** Ends it, with why it cannot be computed or with its outcome: false, if that comes too late. */
  readonly settle: (outcome: Outcome | string) => boolean
}

/** Jobs whose outcomes are wanted together. */
export interface Group {
  readonly jobs: ReadonlyArray<Job>
  /** Has what they come to be dropped: `drop` gets what is there already, and the jobs. */
  readonly abandon: () => void
}

/** Calls `done` with all outcomes in order, or with why one cannot be computed; the others are abandoned then. */
export const group = (
  tasks: ReadonlyArray<Task>,
  options: {
    readonly done: (outcomes: ReadonlyArray<Outcome> | string) => void
    readonly onAbandoned: (jobs: ReadonlyArray<Job>) => void
  }
): Group => {
  const outcomes: Array<Outcome | null> = tasks.map(() => null)
  let left = tasks.length
  let isOver = false
  const abandon = () => {
    if (isOver) return
    isOver = true
    options.onAbandoned(jobs)
  }
  const jobs = tasks.map((task, i): Job => ({
    task,
    get outcome() {
      return outcomes[i]!
    },
    get isOpen() {
      return !isOver && outcomes[i] === null
    },
    settle: (outcome) => {
      if (isOver || outcomes[i] !== null) return false
      if (typeof outcome === "string") {
        abandon()
        options.done(outcome)
        return true
      }
      outcomes[i] = outcome
      left -= 1
      if (left === 0) {
        isOver = true
        options.done(outcomes as ReadonlyArray<Outcome>)
      }
      return true
    }
  }))
  return { jobs, abandon }
}
