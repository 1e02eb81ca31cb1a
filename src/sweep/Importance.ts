import { log, pow } from "../backends/DeterministicMath.js"
import { mass } from "./search/Gaussian.js"
import type { Given } from "./search/Search.js"
import { lossOf } from "./search/Trials.js"
import {
  cardinality,
  fromScale,
  indexOf,
  isLog,
  toScale,
  type Numeric,
  type Parameter
} from "./space/Parameter.js"
import type { Json } from "./space/Json.js"
import { pathsOf, type Sample, type Space } from "./space/Space.js"

/** What is known of a sweep's trials: the parameters, and the value of those that have one. */
export interface Measured {
  readonly space: Space
  readonly mode: Given["mode"]
  readonly trials: ReadonlyArray<{
    readonly parameters: Sample
    readonly value?: number | undefined
  }>
}

/** Of fewer trials with a value nothing is said about the importance of parameters. */
export const leastTrials = 10

/**
 * How much each parameter has to do with being among the best trials: shares that sum to 1, the greatest
 * first. PED-ANOVA (Watanabe, Bansal and Hutter, arXiv:2304.10255) as in Optuna 5: the Pearson divergence
 * between the densities of the best trials and of all, in each parameter by itself.
 *
 * The best are a tenth of the trials, but five at least. Undefined of fewer than `leastTrials` trials with a value,
 * and where all parameters are alike, as when every trial has the same value.
 */
export const importance = (
  { mode, space, trials }: Measured,
  quantile?: number
): ReadonlyArray<{ readonly path: string; readonly value: number }> | undefined => {
  const known = trials
    .map(({ parameters, value }) => ({ parameters, loss: lossOf(value ?? Number.NaN, mode) }))
    .filter(({ loss }) => loss < Infinity)
  if (known.length < leastTrials) return undefined
  const share = quantile ?? Math.max(0.1, 5 / known.length)
  const losses = known.map(({ loss }) => loss).sort((a, b) => a - b)
  const limit = losses[Math.ceil(share * losses.length) - 1]!
  const best = known.filter(({ loss }) => loss <= limit)
  const divergences = pathsOf(space).map((path) => {
    const densityOf = (some: typeof known) =>
      density(
        space[path]!,
        some.map(({ parameters }) => parameters[path]!)
      )
    const all = densityOf(known)
    const ofBest = densityOf(best)
    return {
      path,
      value: all.reduce((sum, p, i) => sum + p * (ofBest[i]! / p - 1) ** 2, 0)
    }
  })
  const total = divergences.reduce((sum, { value }) => sum + value, 0)
  if (!(total > 0)) return undefined
  return divergences
    .map(({ path, value }) => ({ path, value: value / total }))
    .sort((a, b) => b.value - a.value || (a.path < b.path ? -1 : 1))
}

/** Added to every probability, so that none is 0. */
const least = 1e-12

/** How likely each value of a parameter is among some trials; of a number on a grid of 50 parts at most. */
const density = (parameter: Parameter, values: ReadonlyArray<Json>): ReadonlyArray<number> => {
  if (parameter.kind === "choice") {
    const counts = Array<number>(parameter.choices.length).fill(0)
    for (const value of values) counts[indexOf(parameter, value)]! += 1
    return categorical(counts)
  }
  const parts = partsOf(parameter)
  const low = toScale(parameter, parameter.low)
  // The greatest value that an integer with a step has may be below its bound.
  const high = toScale(parameter, fromScale(parameter, toScale(parameter, parameter.high)))
  const size = (high - low) / (parts - 1)
  const counts = Array<number>(parts).fill(0)
  for (const value of values) {
    // Between two parts the lower one.
    const part = Math.ceil((toScale(parameter, value as number) - low) / size - 0.5)
    counts[Math.min(Math.max(part, 0), parts - 1)]! += 1
  }
  return gaussian(counts)
}

const partsOf = (parameter: Numeric): number => {
  if (parameter.kind !== "int") return 50
  const values = isLog(parameter)
    ? Math.ceil(log(parameter.high - parameter.low + 1) / log(2)) + 1
    : cardinality(parameter)
  return Math.min(values, 50)
}

/** A kernel for each value that occurs, by how often, and one of weight 1 for all alike. */
const categorical = (counts: ReadonlyArray<number>): ReadonlyArray<number> => {
  const total = counts.reduce((sum, count) => sum + count, 1)
  const prior = 1 / (counts.filter((count) => count > 0).length + 1)
  const sum = 1 + counts.length * prior
  return counts.map(
    (count) => (count + (total - 1) * prior) / sum / total + 1 / counts.length / total + least
  )
}

/** Gaussians by Scott's rule around the parts that occur, and a wide one of weight 1. */
const gaussian = (counts: ReadonlyArray<number>): ReadonlyArray<number> => {
  const high = counts.length - 1
  const occurring = [...counts.keys()].filter((part) => counts[part]! > 0)
  const number = counts.reduce((sum, count) => sum + count, 0)
  const mean = occurring.reduce((sum, part) => sum + part * counts[part]!, 0) / number
  const variance =
    occurring.reduce((sum, part) => sum + (part - mean) ** 2 * counts[part]!, 0) /
    Math.max(1, number - 1)
  const cumulative = occurring.map((_, i) =>
    occurring.slice(0, i + 1).reduce((sum, part) => sum + counts[part]!, 0)
  )
  const quartile = (isWithin: (sum: number) => boolean) => {
    const i = cumulative.findIndex((sum) => !isWithin(sum))
    return occurring[i < 0 ? occurring.length - 1 : i]!
  }
  const range =
    quartile((sum) => sum <= Math.floor((number * 3) / 4)) -
    quartile((sum) => sum < Math.floor(number / 4))
  const scott = 1.059 * Math.min(range / 1.34, Math.sqrt(variance)) * pow(1 / number, 0.2)
  // 90 % of a Gaussian within a part.
  const sigma = Math.max(scott, 0.5 / 1.64)
  const kernel = (mean: number, sigma: number) => {
    const total = mass((-0.5 - mean) / sigma, (high + 0.5 - mean) / sigma)
    return (part: number) => mass((part - 0.5 - mean) / sigma, (part + 0.5 - mean) / sigma) / total
  }
  const kernels = occurring.map((part) => ({ weight: counts[part]!, of: kernel(part, sigma) }))
  const all = [...kernels, { weight: 1, of: kernel(high / 2, high + 1) }]
  return counts.map(
    (_, part) =>
      all.reduce((sum, { of, weight }) => sum + weight * of(part), 0) / (number + 1) + least
  )
}
