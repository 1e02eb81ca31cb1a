import type { Json } from "../space/Json.js"
import type { Sample, Space } from "../space/Space.js"
import type { Outcome, Ticket } from "../Ticket.js"

/** What search algorithms and schedulers decide by: the sweep, and what may be known at this point. */
export interface Given {
  /** Every draw follows from it: `Random.generator(Random.make(seed), "sweep", …)`. */
  readonly seed: number
  readonly mode: "min" | "max"
  readonly space: Space
  /** How many trials the sweep has at most. */
  readonly trials: number
  /** The epochs of a trial that is trained to its end. */
  readonly epochs: number
  /** Every ticket so far. */
  readonly tickets: ReadonlyArray<Ticket>
  /** The outcomes of the first of them, in their order; those of the others must not matter. */
  readonly outcomes: ReadonlyArray<Outcome>
}

/** What a sweep says before it has begun. */
export type Definition = Pick<Given, "space" | "trials" | "epochs">

/** A field of a sweep's definition, and what is allowed there. */
export interface Problem {
  readonly path: ReadonlyArray<string>
  readonly message: string
}

/** Chooses the parameters of trials: random, grid, Sobol, TPE. Pure. */
export interface Search {
  readonly name: string
  /** Those of trial number `trial`, the next one; null where there are no more, as at the end of a grid. */
  readonly suggest: (given: Given, trial: number) => Sample | null
  /** What in a sweep does not suit it. */
  readonly check?: (sweep: Definition) => Problem | undefined
  /** Its fields, as the definition of a sweep records them. */
  readonly fields?: Readonly<Record<string, Json>>
}

/** What a scheduler wants next. */
export type Next =
  | { readonly _tag: "Train"; readonly ticket: Omit<Ticket, "number"> }
  /** More outcomes are needed to decide. */
  | { readonly _tag: "Wait" }
  | { readonly _tag: "Done" }

/** Decides which trial is trained next, and how far: none, ASHA, population-based training. Pure. */
export interface Scheduler {
  readonly name: string
  /** The epochs at which it decides about trials, for display. */
  readonly rungs?: (given: Pick<Given, "epochs" | "trials">) => ReadonlyArray<number>
  /** What follows `given.tickets`. Never waits once the outcomes of all tickets are given. */
  readonly next: (given: Given, search: Search) => Next
  /** What in a sweep does not suit it. */
  readonly check?: (sweep: Definition) => Problem | undefined
  /** Whether its trials may start from checkpoints of others, which are then kept. */
  readonly forks?: boolean
  /** Its fields, as the definition of a sweep records them. */
  readonly fields?: Readonly<Record<string, Json>>
}
