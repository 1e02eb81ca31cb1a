import type { TrainingConfig } from "../config/TrainingConfig.js"
import { t } from "../language/Text.js"
import { closedForm } from "./schedule/ClosedForm.js"
import { constant, cosine, exponential, stepwise } from "./schedule/Formulas.js"
import { plateau } from "./schedule/Plateau.js"
import type { Scheduler } from "./schedule/Scheduler.js"

export type { Scheduler } from "./schedule/Scheduler.js"

/** What a schedule will not do in so few epochs; null: it does all. */
export const warning = ({
  num_epochs,
  scheduler
}: Pick<TrainingConfig, "num_epochs" | "scheduler">): string | null =>
  scheduler.name === "cosine" && scheduler.warmup_epochs >= num_epochs
    ? t`training.scheduler.warmup_epochs is ${scheduler.warmup_epochs} and training.num_epochs is ${num_epochs}: the learning rate rises to the end, and never reaches training.learning_rate`
    : null

/** The scheduler that `training.scheduler` asks for. */
export const fromConfig = (training: TrainingConfig): Scheduler => {
  const config = training.scheduler
  switch (config.name) {
    case "constant":
      return closedForm(config.name, constant(training.learning_rate), { isConstant: true })
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
