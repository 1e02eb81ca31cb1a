/** A stream of uniform random numbers from [0, 1), and what is drawn from it. */
export interface Random {
  readonly next: () => number
  readonly between: (low: number, high: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
}

/**
 * The stream that belongs to some whole numbers: the same for the same numbers, on every machine.
 * Mulberry32 (Tommy Ettinger): 32 bits of state, fast enough to draw noise a sample at a time.
 */
export const make = (...numbers: ReadonlyArray<number>): Random => {
  let state = numbers.reduce((mixed, number) => mix((mixed ^ number) + 0x9e3779b9), 0)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    return mix(state) / 0x1_0000_0000
  }
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    pick: (from) => from[Math.floor(next() * from.length)]!
  }
}

const mix = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 15), value | 1)
  const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61))
  return (twice ^ (twice >>> 14)) >>> 0
}
