import type { DivergenceConfig } from "../config/TrainingConfig.js"
import type { Divergence } from "../checkpointing/Checkpoint.js"

/** What to do about a step, or a measurement. */
export type Verdict = "sound" | "skip" | "restore" | "stop"

/** Before anything has diverged. */
export const none: Divergence = { rate_factor: 1, restores: 0, skips: 0, skipped_examples: 0 }

/** What counts as diverged from here on; null: nothing does. */
export const limitOf = (policy: DivergenceConfig): number | null =>
  policy.name === "ignore" ? null : policy.limit

/** Whether a loss or a norm is NaN, infinite or beyond the limit. */
export const isBeyond = (value: number, limit: number | null): boolean =>
  limit !== null && !(Math.abs(value) <= limit)

/** How many steps lie between two in which the norm of the gradient is looked at: all of it is read. */
const interval = 16

/** Whether the norm of the gradient is due in a step, which is numbered from 0 through all epochs. */
export const looksAtGradient = (policy: DivergenceConfig, globalStep: number): boolean =>
  policy.name === "skip" || (policy.name !== "ignore" && globalStep % interval === 0)

/** What to do about a step that has diverged, after what was done before. */
export const afterStep = (policy: DivergenceConfig, before: Divergence | null): Verdict =>
  policy.name === "skip"
    ? (before ?? none).skips < policy.max_skips
      ? "skip"
      : "stop"
    : otherwise(policy, before)

/** What to do where there is no step that could be skipped. */
export const otherwise = (policy: DivergenceConfig, before: Divergence | null): Verdict =>
  policy.name === "restore" && (before ?? none).restores < policy.max_restores ? "restore" : "stop"

/** One more step skipped, of so many examples. */
export const skipped = (before: Divergence | null, examples: number): Divergence => {
  const { skips, skipped_examples, ...rest } = before ?? none
  return { ...rest, skips: skips + 1, skipped_examples: skipped_examples + examples }
}

/** After one more restore: the run learns at a lower rate. */
export const restored = (before: Divergence | null, factor: number): Divergence => {
  const { rate_factor, restores } = before ?? none
  return { ...none, rate_factor: rate_factor * factor, restores: restores + 1 }
}
