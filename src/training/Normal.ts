import { exp, log } from "../backends/DeterministicMath.js"
import type { Rng } from "../data/Dataset.js"

/**
 * A generator of numbers of the standard normal distribution, drawn from `rng` by the ziggurat of Doornik ("An Improved Ziggurat Method to
 * Generate Normal Random Samples", 2005): most draws take one number and a product.
 */
export const normal = (rng: Rng): (() => number) => {
  const { edges, shares } = (layers ??= makeLayers())
  return () => {
    for (;;) {
      const both = rng() * count
      const layer = Math.floor(both)
      const u = 2 * (both - layer) - 1
      const x = u * edges[layer]!
      if (Math.abs(u) < shares[layer]!) return x
      if (layer === 0) return u < 0 ? -tail(rng) : tail(rng)
      const [outer, inner] = [density(edges[layer]!, x), density(edges[layer + 1]!, x)]
      if (inner + rng() * (outer - inner) < 1) return x
    }
  }
}

/** The layers, where the tail begins, and the area of each layer. */
const [count, start, area] = [128, 3.442619855899, 9.91256303526217e-3]

/** e^(-(edge² - x²) / 2) */
const density = (edge: number, x: number): number => exp(-0.5 * (edge * edge - x * x))

let layers: { readonly edges: Float64Array; readonly shares: Float64Array } | undefined

const makeLayers = () => {
  const edges = new Float64Array(count + 1)
  let height = exp(-0.5 * start * start)
  edges[0] = area / height
  edges[1] = start
  for (let i = 2; i < count; i++) {
    edges[i] = Math.sqrt(-2 * log(area / edges[i - 1]! + height))
    height = exp(-0.5 * edges[i]! * edges[i]!)
  }
  const shares = Float64Array.from({ length: count }, (_, i) => edges[i + 1]! / edges[i]!)
  return { edges, shares }
}

/** Draws beyond `start`, by Marsaglia's method. */
const tail = (rng: Rng): number => {
  for (;;) {
    const x = log(1 - rng()) / start
    if (-2 * log(1 - rng()) >= x * x) return start - x
  }
}
