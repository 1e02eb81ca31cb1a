import type { Outcome, Ticket } from "./Ticket.js"

/** What happens in a sweep, as data. */
export type SweepEvent =
  | {
      readonly _tag: "SweepStarted"
      readonly name: string
      readonly folder: string
      /** Tickets whose outcomes are recorded already. */
      readonly done: number
      readonly workers: number
    }
  | { readonly _tag: "TicketStarted"; readonly ticket: Ticket; readonly worker: number }
  /** A trial has finished an epoch. */
  | {
      readonly _tag: "TrialEpoch"
      readonly trial: number
      readonly epoch: number
      /** Of the sweep's metric; null: the epoch has none. */
      readonly value: number | null
    }
  | { readonly _tag: "TicketFinished"; readonly ticket: Ticket; readonly outcome: Outcome }
  /** Another process has the trial; it is tried again. */
  | { readonly _tag: "TicketDelayed"; readonly ticket: Ticket }
  | { readonly _tag: "SweepStopped"; readonly name: string; readonly folder: string }
  | {
      readonly _tag: "SweepFinished"
      readonly name: string
      readonly folder: string
      /** How its trials ended. */
      readonly completed: number
      readonly paused: number
      readonly failed: number
    }
