import type { Rng } from "../data/Dataset.js"

export { normal } from "./Normal.js"

/**
 * The randomness of a run: a seed from which every draw follows.
 *
 * A generator is made for a purpose and a moment (`generator(random, "dropout", epoch, step)`), and
 * its numbers are a function of those alone. So there is no hidden state that a stop could lose or
 * advance, and any step can be reached without replaying the ones before it.
 */
export interface Random {
  readonly algorithm: typeof algorithm
  readonly seed: number
}

/** The name under which checkpoints record how numbers are drawn. */
export const algorithm = "xoshiro128**"

/** The randomness that follows from `seed`, an integer. */
export const make = (seed: number): Random => ({ algorithm, seed })

/** A generator of numbers uniform in [0, 1), with 53 random bits, for one purpose and moment. */
export const generator = (random: Random, ...purpose: ReadonlyArray<string | number>): Rng => {
  let next: (() => number) | undefined
  return () => {
    // Not before it is needed: a step has generators that most networks never draw from.
    next ??= xoshiro128(`${random.seed}/${purpose.join("/")}`)
    return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992
  }
}

/**
 * Runs `body` with `Math.random` drawing from `draw`. TensorFlow.js takes the seeds of its
 * initialisers and dropout masks from `Math.random` and offers no other way in; as `body` is
 * synchronous, nothing else can see the replacement.
 */
export const withMathRandom = <A>(draw: Rng, body: () => A): A => {
  const original = Math.random
  Math.random = draw
  try {
    return body()
  } finally {
    Math.random = original
  }
}

/** xoshiro128** 1.1 by Blackman and Vigna (prng.di.unimi.it), seeded by splitmix32 over FNV-1a. */
const xoshiro128 = (key: string): (() => number) => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  const splitmix = () => {
    hash = (hash + 0x9e3779b9) | 0
    let z = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix()
  return () => {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return scrambled
  }
}

const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits))
