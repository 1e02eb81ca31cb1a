import { cosPi, power } from "../../backends/DeterministicMath.js"

/** A learning rate as a function of the number of epochs finished. */
export type Formula = (epoch: number) => number

/** The same rate throughout. */
export const constant =
  (base: number): Formula =>
  () =>
    base

/**
 * Linear warm-up over `warmup_epochs`, then half a cosine from `base` down to
 * `min_learning_rate`, which the last of `epochs` comes close to (SGDR without restarts,
 * arXiv:1608.03983). Beyond `epochs` it stays at the minimum.
 */
export const cosine =
  (
    base: number,
    config: {
      readonly epochs: number
      readonly warmup_epochs: number
      readonly min_learning_rate: number
    }
  ): Formula =>
  (epoch) => {
    const { epochs, warmup_epochs: warmup, min_learning_rate: least } = config
    if (epoch < warmup) return (base * (epoch + 1)) / (warmup + 1)
    const share = Math.min(1, (epoch - warmup) / Math.max(1, epochs - warmup))
    return least + ((base - least) * (1 + cosPi(share))) / 2
  }

/** Multiplied by `gamma` after every `step_size` epochs. */
export const stepwise =
  (base: number, config: { readonly step_size: number; readonly gamma: number }): Formula =>
  (epoch) =>
    base * power(config.gamma, Math.floor(epoch / config.step_size))

/** Multiplied by `gamma` after every epoch. */
export const exponential =
  (base: number, config: { readonly gamma: number }): Formula =>
  (epoch) =>
    base * power(config.gamma, epoch)
