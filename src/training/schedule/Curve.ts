import type { SchedulePosition } from "./Schedule.js"

/** The learning rate of a step; epochs and their steps count from 1 here, as people are shown them. */
export interface CurvePoint {
  readonly epoch: number
  readonly step: number
  readonly learning_rate: number
}

/** The learning rates of a run. */
export interface Curve {
  readonly epochs: number
  readonly steps_per_epoch: number
  readonly first: CurvePoint
  readonly highest: CurvePoint
  readonly lowest: CurvePoint
  readonly last: CurvePoint
  /** The rates of steps that are evenly spaced, the first and the last among them. */
  readonly points: ReadonlyArray<CurvePoint>
}

/** At most as many steps are looked at for the highest and the lowest rate. */
const limit = 1_000_000

/**
 * The learning rates of a run of `epochs` epochs of `stepsPerEpoch` steps, as long as nothing is measured
 * that a schedule like plateau goes by.
 *
 * @example
 * ```ts
 * import { Scheduler } from "holdfast"
 *
 * const training = { learning_rate: 0.1, num_epochs: 30 }
 * const scheduler = Scheduler.make(Scheduler.linear.make(), training)
 * export const { highest, points } = Scheduler.curve(scheduler, { epochs: 30, stepsPerEpoch: 100 })
 * ```
 */
export const curve = (
  { learningRate }: { readonly learningRate: (at: SchedulePosition) => number },
  {
    epochs,
    points = 1000,
    stepsPerEpoch
  }: { readonly epochs: number; readonly stepsPerEpoch: number; readonly points?: number }
): Curve => {
  const totalSteps = epochs * stepsPerEpoch
  const at = (globalStep: number): CurvePoint => {
    const epoch = Math.floor(globalStep / stepsPerEpoch)
    const step = globalStep % stepsPerEpoch
    const position = { epoch, step, globalStep, stepsPerEpoch, numEpochs: epochs, totalSteps }
    return { epoch: epoch + 1, step: step + 1, learning_rate: learningRate(position) }
  }
  const spaced = (count: number) => {
    const number = Math.min(count, totalSteps)
    return Array.from({ length: number }, (_, i) =>
      at(Math.round((i * (totalSteps - 1)) / Math.max(1, number - 1)))
    )
  }
  const all = spaced(limit)
  const [first, last] = [all[0]!, all.at(-1)!]
  const better = (isBetter: (one: number, other: number) => boolean) =>
    all.reduce((best, one) => (isBetter(one.learning_rate, best.learning_rate) ? one : best))
  return {
    epochs,
    steps_per_epoch: stepsPerEpoch,
    first,
    highest: better((one, other) => one > other),
    lowest: better((one, other) => one < other),
    last,
    points: spaced(points)
  }
}
