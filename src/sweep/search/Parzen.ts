import { exp, log } from "../../backends/DeterministicMath.js"
import type { Rng } from "../../data/Dataset.js"
import { fromScale, range, toScale, type Numeric, type Parameter } from "../space/Parameter.js"
import { cdf, mass, quantile } from "./Gaussian.js"

/** A sample as numbers, by parameter: the point on its scale, or the index of a choice. */
export type Point = ReadonlyArray<number>

/** A density over a space, as a mixture of kernels around points: what TPE compares. */
export interface Parzen {
  readonly sample: (draw: Rng) => Point
  /** The logarithm of the density; of integers and choices of the probability. */
  readonly logDensity: (point: Point) => number
}

/** The kernels of one parameter: how likely each makes a value, and a draw from one. */
interface Kernels {
  readonly logDensity: (kernel: number, x: number) => number
  readonly sample: (kernel: number, draw: Rng) => number
}

/**
 * The Parzen estimator of Optuna 5 (Watanabe, Tree-structured Parzen estimator, arXiv:2304.11127): a kernel
 * around each point and one over the entire space, the prior, of weight 1. A kernel is a product over the
 * parameters: truncated Gaussians, as wide as the distance to the further neighbour, and for choices the
 * point's own with most of the weight. `weights` are those of the points.
 */
export const make = (
  parameters: ReadonlyArray<Parameter>,
  points: ReadonlyArray<Point>,
  weights: ReadonlyArray<number>
): Parzen => {
  const count = points.length + 1
  const total = weights.reduce((sum, weight) => sum + weight, 1)
  const share = [...weights, 1].map((weight) => weight / total)
  const logShare = share.map(log)
  const kernels = parameters.map((parameter, i) => {
    const observed = points.map((point) => point[i]!)
    return parameter.kind === "choice"
      ? categorical(parameter.choices.length, observed)
      : gaussian(parameter, observed)
  })
  return {
    sample: (draw) => {
      const kernel = pick(share, draw())
      return kernels.map(({ sample }) => sample(kernel, draw))
    },
    logDensity: (point) => {
      const terms = new Float64Array(count)
      let greatest = -Infinity
      for (let k = 0; k < count; k++) {
        let term = logShare[k]!
        for (let i = 0; i < kernels.length; i++) term += kernels[i]!.logDensity(k, point[i]!)
        terms[k] = term
        greatest = Math.max(greatest, term)
      }
      let sum = 0
      for (let k = 0; k < count; k++) sum += exp(terms[k]! - greatest)
      return greatest + log(sum)
    }
  }
}

/** The index that a uniform number falls on, of probabilities that sum to 1. */
const pick = (probabilities: ReadonlyArray<number>, unit: number): number => {
  let sum = 0
  const index = probabilities.findIndex((probability) => (sum += probability) > unit)
  return index < 0 ? probabilities.length - 1 : index
}

const categorical = (choices: number, observed: ReadonlyArray<number>): Kernels => {
  const prior = 1 / (observed.length + 1)
  const rest = prior / (1 + choices * prior)
  const own = (1 + prior) / (1 + choices * prior)
  const [logOwn, logRest, logEqual] = [log(own), log(rest), -log(choices)]
  const isPrior = (kernel: number) => kernel === observed.length
  return {
    logDensity: (kernel, x) =>
      isPrior(kernel) ? logEqual : x === observed[kernel] ? logOwn : logRest,
    sample: (kernel, draw) =>
      pick(
        Array.from({ length: choices }, (_, c) =>
          isPrior(kernel) ? 1 / choices : c === observed[kernel] ? own : rest
        ),
        draw()
      )
  }
}

const gaussian = (parameter: Numeric, observed: ReadonlyArray<number>): Kernels => {
  const [low, high] = range(parameter)
  const mean = [...observed, (low + high) / 2]
  const sigma = [...widths(observed, low, high), high - low]
  /** What the truncation to the range leaves of each kernel. */
  const within = mean.map((mu, k) => mass((low - mu) / sigma[k]!, (high - mu) / sigma[k]!))
  const logScale = sigma.map((width, k) => -log(width * within[k]! * 2.5066282746310002))
  /** The kernels' probabilities of the values of an integer, which candidates share. */
  const cells = new Map<number, Float64Array>()
  const cell = (x: number): Float64Array => {
    const known = cells.get(x)
    if (known !== undefined) return known
    const [from, to] = cellOf(parameter, x)
    const probabilities = Float64Array.from(mean, (mu, k) =>
      // In the far tail nothing is left of 10^-300; the prior is greater wherever that counts.
      log(Math.max(mass((from - mu) / sigma[k]!, (to - mu) / sigma[k]!) / within[k]!, 1e-300))
    )
    cells.set(x, probabilities)
    return probabilities
  }
  return {
    logDensity: (kernel, x) => {
      if (parameter.kind === "int") return cell(x)[kernel]!
      const z = (x - mean[kernel]!) / sigma[kernel]!
      return logScale[kernel]! - (z * z) / 2
    },
    sample: (kernel, draw) => {
      const [mu, width] = [mean[kernel]!, sigma[kernel]!]
      const below = cdf((low - mu) / width)
      const unit = Math.min(Math.max(below + draw() * within[kernel]!, 1e-300), 1 - 2 ** -53)
      const x = Math.min(Math.max(mu + width * quantile(unit), low), high)
      return toScale(parameter, fromScale(parameter, x))
    }
  }
}

/** The part of the scale that rounds to an integer at `x`. */
const cellOf = (parameter: Numeric, x: number): readonly [from: number, to: number] => {
  const value = fromScale(parameter, x)
  const half = parameter.kind === "int" ? (parameter.step ?? 1) / 2 : 0
  return [toScale(parameter, value - half), toScale(parameter, value + half)]
}

/**
 * The widths of Gaussians around points: the distance to the further of both neighbours, the bounds being
 * none for the outermost of several points; at least a share of the range, which falls to a hundredth.
 */
const widths = (
  points: ReadonlyArray<number>,
  low: number,
  high: number
): ReadonlyArray<number> => {
  const order = points.map((_, i) => i).sort((i, j) => points[i]! - points[j]! || i - j)
  const least = (high - low) / Math.min(100, points.length + 2)
  const result = Array<number>(points.length)
  order.forEach((i, rank) => {
    const before = order[rank - 1]
    const after = order[rank + 1]
    const left = points[i]! - (before === undefined ? low : points[before]!)
    const right = (after === undefined ? high : points[after]!) - points[i]!
    const isOuter = before === undefined || after === undefined
    const width =
      isOuter && points.length > 1 ? (before === undefined ? right : left) : Math.max(left, right)
    result[i] = Math.min(Math.max(width, least), high - low)
  })
  return result
}
