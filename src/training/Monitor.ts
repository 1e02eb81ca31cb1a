import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** Whether lower or higher is better. */
export const Mode = Schema.Literal("min", "max")
export type Mode = typeof Mode.Type

/** What is wrong with a mode that JavaScript has passed; null: nothing. */
export const wrongMode = (mode: unknown) =>
  mode === "min" || mode === "max"
    ? null
    : { option: "mode", found: String(mode), allowed: t`"min" or "max"` }

/** A metric that is looked at for getting better. */
export interface Monitor {
  readonly metric: string
  readonly mode: Mode
}

/**
 * Whether `value` is better than `best` by more than `delta`; than nothing (null), if it is a number
 * at all. What is not finite never is.
 */
export const improves = (
  value: number,
  best: number | null,
  mode: Mode,
  delta: number = 0
): boolean => {
  if (!Number.isFinite(value)) return false
  if (best === null) return true
  return mode === "min" ? value < best - delta : value > best + delta
}

/** Whether what was remembered of `before` says something of `now`. */
export const isSame = (before: Monitor, now: Monitor): boolean =>
  before.metric === now.metric && before.mode === now.mode

/** What `by` says as it gives up what it remembers of another metric. */
export const startsOver = (by: string, before: Monitor, now: Monitor): string =>
  t`${by} now monitors ${described(now)} instead of ${described(before)}: it starts over, and what was best before does not count`

const described = ({ metric, mode }: Monitor): string =>
  mode === "min" ? t`${metric} (lower is better)` : t`${metric} (higher is better)`
