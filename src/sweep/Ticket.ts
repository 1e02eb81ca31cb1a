import * as Schema from "effect/Schema"
import { Sample } from "./space/Space.js"

/** Where a trial starts: with the state of another trial after that many epochs. */
export const Fork = Schema.Struct({ trial: Schema.Int, epoch: Schema.Int })
export type Fork = typeof Fork.Type

/**
 * A piece of a sweep's work: train a trial until it has finished `until` epochs. A trial that has been
 * trained before resumes; another starts from scratch, or from another trial's checkpoint.
 */
export const Ticket = Schema.Struct({
  /** Its position in the sweep, from 0. */
  number: Schema.Int,
  /** The trial, from 0. */
  trial: Schema.Int,
  /** Those of the trial; every ticket of a trial has the same. */
  parameters: Sample,
  /** The epochs that the trial has finished when the ticket is done. */
  until: Schema.Int,
  /** Where the trial starts unless from scratch; every ticket of a trial has the same. */
  fork: Schema.optionalWith(Fork, { exact: true })
})
export interface Ticket extends Schema.Schema.Type<typeof Ticket> {}

const Values = Schema.Array(Schema.Struct({ epoch: Schema.Int, value: Schema.Number }))

/** What a trial has reached that was revived: its values after all of its epochs, as of an outcome. */
export const Revived = Schema.Struct({ trial: Schema.Int, values: Values })
export interface Revived extends Schema.Schema.Type<typeof Revived> {}

/** How a ticket ended. The same for a ticket wherever, and however often interrupted, it was worked on. */
export const Outcome = Schema.Struct({
  /** The ticket's number. */
  ticket: Schema.Int,
  status: Schema.Literal("completed", "failed"),
  /**
   * The metric after each epoch that the trial has finished so far, in order; of a trial that was forked,
   * from the epoch after the fork.
   */
  values: Values,
  /** Why it failed, for people. */
  error: Schema.optionalWith(Schema.String, { exact: true })
})
export interface Outcome extends Schema.Schema.Type<typeof Outcome> {}
