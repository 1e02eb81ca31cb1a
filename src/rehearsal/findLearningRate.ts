import * as Effect from "effect/Effect"
import type * as Pipeline from "../Pipeline.js"
import { t } from "../language/Text.js"
import { rehearse, show, stepper } from "./rehearse.js"
import { RehearsalError } from "./RehearsalError.js"

/** How learning rates are tried. */
export interface LearningRateOptions {
  /** The first rate; 1e-7 unless given. */
  readonly from?: number
  /** The last rate; 10 unless given. */
  readonly to?: number
  /** How many steps lead from one to the other; 100 unless given. */
  readonly steps?: number
}

/** What one step has shown. */
export interface TriedRate {
  readonly rate: number
  /** The loss of its batch, before its update. */
  readonly loss: number
  /** The mean of the losses around it, nearer ones counting more. */
  readonly smoothed: number
}

export interface FoundLearningRate {
  /** Where the smoothed loss falls most steeply, and at most a tenth of `lowest`. */
  readonly suggestion: number
  /** The rate of the lowest smoothed loss: too high to train with. */
  readonly lowest: number
  readonly tried: ReadonlyArray<TriedRate>
}

/** How far smoothing reaches to either side, of all losses. */
const reach = 1 / 15

/** Each loss as the mean of those around it, weighted by a triangle: unlike a running mean it lags behind nothing. */
export const smooth = (losses: ReadonlyArray<number>): ReadonlyArray<number> => {
  const side = Math.max(1, Math.round(losses.length * reach))
  return losses.map((_, i) => {
    let [sum, weight] = [0, 0]
    // As far to the left as to the right, so that the ends do not lean.
    const near = Math.min(side, i, losses.length - 1 - i)
    for (let j = i - near; j <= i + near; j++) {
      const own = near + 1 - Math.abs(i - j)
      sum += own * losses[j]!
      weight += own
    }
    return sum / weight
  })
}

/** Whether the loss has left what is worth trying: it is no number, or its recent mean is four times the lowest. */
export const isOver = (losses: ReadonlyArray<number>): boolean => {
  if (losses.length > 0 && !Number.isFinite(losses.at(-1))) return true
  const side = 3
  const means = losses.map((_, i) => {
    const some = losses.slice(Math.max(0, i - side), i + 1)
    return some.reduce((sum, loss) => sum + loss, 0) / some.length
  })
  return means.length > side && means.at(-1)! > 4 * Math.min(...means)
}

/** How much of its level the smoothed loss falls at least where a model learns; less is noise. */
const fall = 0.1

/** How many deviations of the single losses it falls at least: a smoothed one deviates about a third of that. */
const clear = 1.4

/** How far losses deviate from their smoothed ones, as the root of the mean square. */
const deviation = (tried: ReadonlyArray<TriedRate>): number =>
  Math.sqrt(
    tried.reduce((sum, { loss, smoothed }) => sum + (loss - smoothed) ** 2, 0) / tried.length
  )

/** What the losses at rising rates say; null if the loss does not really fall. */
export const suggest = (
  rates: ReadonlyArray<number>,
  losses: ReadonlyArray<number>
): FoundLearningRate | null => {
  const end = losses.findIndex((loss) => !Number.isFinite(loss))
  const finite = end === -1 ? losses : losses.slice(0, end)
  const smoothed = smooth(finite)
  const tried = smoothed.map((one, i) => ({ rate: rates[i]!, loss: finite[i]!, smoothed: one }))
  if (tried.length < 3) return null
  const deepest = smoothed.indexOf(Math.min(...smoothed))
  const highest = Math.max(...smoothed.slice(0, deepest + 1))
  const noise = deviation(tried.slice(0, deepest + 1))
  if (!(highest - smoothed[deepest]! > Math.max(fall * Math.abs(highest), clear * noise)))
    return null
  let [steepest, slope] = [0, 0]
  for (let i = 1; i < deepest; i++) {
    const own = smoothed[i + 1]! - smoothed[i - 1]!
    if (own < slope) [steepest, slope] = [i, own]
  }
  const lowest = rates[deepest]!
  return { suggestion: Math.min(rates[steepest]!, lowest / 10), lowest, tried }
}

/**
 * Finds a learning rate (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): the rate
 * grows exponentially from step to step while a run trains from scratch, and the suggestion is where the
 * smoothed loss falls most steeply, and at most a tenth of the rate where it is lowest. Ends where the loss is
 * four times its lowest.
 * Nothing of the pipeline's run is touched.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Rehearsal, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const found = Rehearsal.findLearningRate(pipeline, { steps: 50 }).pipe(
 *   Effect.provide(Holdfast.layer({ config: "config.json" }))
 * )
 * ```
 */
export const findLearningRate = <Out, E, R>(
  pipeline: Pipeline.Pipeline<Out, E, R>,
  { from = 1e-7, steps = 100, to = 10 }: LearningRateOptions = {}
) =>
  Effect.gen(function* () {
    const wrong = wrongOption({ from, steps, to })
    if (wrong !== null) return yield* new RehearsalError({ reason: { _tag: "Option", ...wrong } })
    return yield* rehearse(pipeline, (build) =>
      Effect.gen(function* () {
        const built = yield* build({ on_divergence: { name: "ignore" } })
        let rate = from
        const scheduler = { ...built.scheduler, learningRate: () => rate }
        const take = yield* stepper({ ...built, scheduler })
        const [rates, losses]: [Array<number>, Array<number>] = [[], []]
        for (let step = 0; step < steps && !isOver(losses); step++) {
          rate = from * (to / from) ** (step / (steps - 1))
          const { batch, loss } = yield* take(step)
          rates.push(rate)
          losses.push(loss)
          yield* show(step + 1, steps, loss, batch.size)
        }
        const reason = { _tag: "NeverFell", steps: losses.length } as const
        return suggest(rates, losses) ?? (yield* new RehearsalError({ reason }))
      }).pipe(Effect.scoped)
    )
  })

const wrongOption = ({ from, steps, to }: Required<LearningRateOptions>) =>
  !(from > 0)
    ? { option: "from", found: from, allowed: t`a number greater than 0` }
    : !(to > from && Number.isFinite(to))
      ? { option: "to", found: to, allowed: t`a number greater than from` }
      : !(Number.isInteger(steps) && steps >= 10)
        ? { option: "steps", found: steps, allowed: t`an integer of at least 10` }
        : null
