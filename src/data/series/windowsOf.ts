import type { Assignment } from "../Split.js"
import type { Series } from "./readSeries.js"

/** What a window is: `length` steps that the model sees, and `horizon` steps that it predicts, `gap` steps later. */
export interface WindowShape {
  readonly length: number
  readonly gap: number
  readonly horizon: number
  /** From the beginning of one window to that of the next. */
  readonly stride: number
}

/**
 * The first step of every window of each split, by `splits` of the steps, in the order of time: 0 is train, 1
 * validation, 2 test. A window lies within one series. It belongs to the split of the steps that it predicts, all of
 * which must be of that one; what it sees may be of the splits before. Windows for which a number is missing are
 * left out.
 */
export const windowsOf = (
  { channels, starts, values }: Series,
  splits: Assignment,
  targets: ReadonlyArray<number>,
  { gap, horizon, length, stride }: WindowShape
): ReadonlyArray<Int32Array> => {
  const width = channels.length
  const isMissing = (step: number, channel: number) => Number.isNaN(values[step * width + channel])
  const lastUnseen = latest((step) => channels.some((_, channel) => isMissing(step, channel)))
  const lastUnknown = latest((step) => targets.some((channel) => isMissing(step, channel)))
  const lastChange = latest((step) => splits[step] !== splits[step - 1])

  const found: ReadonlyArray<Array<number>> = [[], [], []]
  for (let i = 0; i + 1 < starts.length; i++) {
    const last = starts[i + 1]! - length - gap - horizon
    for (let start = starts[i]!; start <= last; start += stride) {
      const seenEnd = start + length
      const predicted = seenEnd + gap
      const fits =
        lastChange(predicted + horizon) <= predicted &&
        lastUnseen(seenEnd) < start &&
        lastUnknown(predicted + horizon) < predicted
      if (fits) found[splits[predicted]!]!.push(start)
    }
  }
  return found.map((some) => Int32Array.from(some))
}

/** The latest such step before `end`, or -1. Asked with ends that never become less, it looks at each step once. */
const latest = (isSuch: (step: number) => boolean) => {
  let looked = 0
  let found = -1
  return (end: number): number => {
    for (; looked < end; looked++) if (isSuch(looked)) found = looked
    return found
  }
}
