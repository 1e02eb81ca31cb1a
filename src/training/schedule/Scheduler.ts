import type { Stateful } from "../Stateful.js"

/**
 * Sets the learning rate, epoch by epoch. Its state holds `last_epoch`, the number of epochs it has
 * seen end; what the config says (base rate, number of epochs) is read from the config anew, so a
 * change there takes effect on resuming.
 */
export interface Scheduler extends Stateful {
  readonly name: string
  /** Whether the rate is the same in every epoch, so that nothing has to call `step`. */
  readonly isConstant?: boolean
  /** The metric that `step` looks at, if any. */
  readonly monitor: string | null
  /** The learning rate of the epoch under way. */
  readonly learningRate: () => number
  /** Takes note that an epoch has ended with these metrics (`val_loss`, …). */
  readonly step: (metrics: Readonly<Record<string, number>>) => void
}
