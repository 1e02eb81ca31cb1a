import { t } from "../../language/Text.js"
import * as Random from "../../training/Random.js"
import * as Space from "../space/Space.js"
import { define } from "./DefineSearch.js"
import { dimensions, directions } from "./SobolDirections.js"

/**
 * Point `n` of the Sobol sequence in one dimension, in Gray code order as SciPy has it, as a multiple of
 * 2^-32; not scrambled.
 */
export const sobol32 = (n: number, dimension: number): number => {
  const v = directions[dimension]!
  let point = 0
  for (let gray = n ^ (n >>> 1), j = 0; gray !== 0; gray >>>= 1, j++) {
    if (gray & 1) point ^= v[j]!
  }
  return point >>> 0
}

/**
 * Owen's nested uniform scrambling of a multiple of 2^-32, by a hash (Laine and Karras; Burley,
 * Practical Hash-based Owen Scrambling, JCGT 9, 2020): a bit changes by the seed and the bits above it.
 */
export const scramble = (point: number, seed: number): number => {
  let x = reversed(point)
  x = (x + seed) | 0
  x ^= Math.imul(x, 0x6c50b47c)
  x ^= Math.imul(x, 0xb82f1e52)
  x ^= Math.imul(x, 0xc7afe638)
  x ^= Math.imul(x, 0x8d22f6e6)
  return reversed(x) >>> 0
}

const reversed = (bits: number): number => {
  let x = bits
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1)
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2)
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4)
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8)
  return (x >>> 16) | (x << 16)
}

/**
 * Quasi-random search: points of a Sobol sequence, scrambled by the seed, that cover the space more
 * evenly than random ones. The first 2^m trials have one in each 2^m-th of every parameter's range.
 */
export const sobol = define("sobol", {
  description: "Points of a scrambled Sobol sequence, which cover the space evenly.",
  fields: {},
  make: () => ({
    suggest: ({ seed, space }, trial) =>
      Space.sampleAt(space, (path, dimension) => {
        const draw = Random.generator(Random.make(seed), "sweep", "sobol", path)
        return scramble(sobol32(trial, dimension), Math.floor(draw() * 2 ** 32)) / 2 ** 32
      }),
    check: ({ space }) =>
      Object.keys(space).length <= dimensions
        ? undefined
        : {
            path: ["search"],
            message: t`another search for more than ${dimensions} parameters, such as random`
          }
  })
})
