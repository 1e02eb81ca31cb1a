import type { TrainingConfig } from "../config/TrainingConfig.js"
import { closedForm } from "./schedulers/ClosedForm.js"
import { constant, cosine, exponential, stepwise } from "./schedulers/Formulas.js"
import { plateau } from "./schedulers/Plateau.js"
import type { Stateful } from "./Stateful.js"

/**
 * Sets the learning rate, epoch by epoch. Its state holds `last_epoch`, the number of epochs it has
 * seen end; what the config says (base rate, number of epochs) is read from the config anew, so a
 * change there takes effect on resuming.
 */
export interface Scheduler extends Stateful {
  readonly name: string
  /** The metric that `step` looks at, if any. */
  readonly watches: string | null
  /** The learning rate of the epoch under way. */
  readonly learningRate: () => number
  /** Takes note that an epoch has ended with these metrics (`val_loss`, …). */
  readonly step: (metrics: Readonly<Record<string, number>>) => void
}

/** The scheduler that `training.scheduler` asks for. */
export const fromConfig = (training: TrainingConfig): Scheduler => {
  const config = training.scheduler
  switch (config.name) {
    case "constant":
      return closedForm(config.name, constant(training.learning_rate))
    case "cosine":
      return closedForm(
        config.name,
        cosine(training.learning_rate, { ...config, epochs: training.num_epochs })
      )
    case "step":
      return closedForm(config.name, stepwise(training.learning_rate, config))
    case "exponential":
      return closedForm(config.name, exponential(training.learning_rate, config))
    case "plateau":
      return plateau(training.learning_rate, config)
  }
}
