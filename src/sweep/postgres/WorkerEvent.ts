import * as Data from "effect/Data"

interface OfTicket {
  readonly sweep: string
  readonly ticket: number
  readonly trial: number
}

/** What happens in a worker, as data. */
export type WorkerEvent = Data.TaggedEnum<{
  /** Looks for work. */
  Ready: { readonly worker: string; readonly database: string; readonly slots: number }
  /** A process trains a trial. */
  Started: OfTicket & {
    readonly until: number
    readonly isTakenOver: boolean
    readonly pid: number
  }
  /** The outcome of a ticket is recorded. */
  Completed: OfTicket & { readonly status: "completed" | "failed"; readonly value: number | null }
  /** A ticket is given back: another process has its trial, or the worker or the sweep is stopped. */
  Released: OfTicket & { readonly reason: "Locked" | "Stopped" }
  /** The claim of a ticket is another's, or could not be renewed in time; its process has ended. */
  Lost: OfTicket
  /** A sweep cannot be worked on here. */
  Problem: { readonly sweep: string; readonly message: string }
  /** The database does not answer; and does again. */
  Away: { readonly message: string }
  Back: {}
}>

export const WorkerEvent = Data.taggedEnum<WorkerEvent>()
