/** How far a run has come, and how long its parts took. */
export interface Pace {
  /** Epochs of the run, and those that are finished. */
  readonly epochs: number
  readonly finished: number
  /** Training steps of an epoch, and those done in the current one. */
  readonly steps: number
  readonly step: number
  /** The seconds that a training step takes by now; null: not known yet. */
  readonly secondsPerStep: number | null
  /** The seconds that finished epochs took, validation and saves included, oldest first. */
  readonly epochSeconds: ReadonlyArray<number>
  /** The seconds since the last training step, which count where the steps of the epoch are done. */
  readonly secondsSinceStep?: number
}

/** How many seconds are left of the current epoch, and of the run. */
export interface SecondsLeft {
  readonly epoch: number
  readonly run: number
}

/** The latest epochs decide: a machine may have become faster or slower. */
const latest = 5

/**
 * An estimate of the seconds left; null if there is nothing to estimate by. An epoch takes as long as the
 * median of the last five; before the first has ended, as long as its steps at the present pace. What an
 * epoch takes beyond its steps comes after them. A run that stops early is over sooner.
 */
export const secondsLeft = (pace: Pace): SecondsLeft | null => {
  const { epochs, epochSeconds, finished, secondsPerStep, secondsSinceStep = 0 } = pace
  const { step, steps } = pace
  if (finished >= epochs) return { epoch: 0, run: 0 }
  const recent = epochSeconds.slice(-latest)
  const known = recent.length === 0 ? null : median(recent)
  const perStep = secondsPerStep ?? (known === null ? null : known / Math.max(steps, 1))
  if (perStep === null) return null
  const perEpoch = known ?? steps * perStep
  const stepsLeft = Math.max(steps - step, 0)
  const afterSteps = Math.max(perEpoch - steps * perStep, 0)
  const epoch =
    stepsLeft > 0 ? stepsLeft * perStep + afterSteps : Math.max(afterSteps - secondsSinceStep, 0)
  return { epoch, run: epoch + (epochs - finished - 1) * perEpoch }
}

const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
