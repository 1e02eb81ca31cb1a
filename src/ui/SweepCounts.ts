import type { SweepSummary } from "./Api.js"

/** How many trials of a sweep have ended, how many there are, and how many there are or will be. */
export const countTrials = ({
  counts,
  total
}: Pick<SweepSummary, "counts" | "total">): {
  readonly ended: number
  readonly known: number
  readonly total: number
} => {
  const ended = counts.completed + counts.paused + counts.failed
  const known = ended + counts.running + counts.waiting
  return { ended, known, total: Math.max(known, total ?? 0) }
}
