/** Turns samples at one rate into samples at another. */
export type Resampler = (samples: Float32Array) => Float32Array

/** Zero crossings of the sinc on each side, in periods of the lower rate. */
const zeros = 32
/** Shape of the Kaiser window: about 120 dB of stop-band attenuation. */
const beta = 12
/** The cut-off, as a part of the lower rate's Nyquist frequency. */
const rollOff = 0.945

/**
 * A resampler by a polyphase Kaiser-windowed sinc: for a rate of `to/from = up/down` in lowest
 * terms, output `i` lies at `i * down / up` on the input, which needs one of `up` sets of taps.
 * The output covers the same time as the input: `ceil(length * up / down)` samples.
 */
export const make = (from: number, to: number): Resampler => {
  const start = inParts(from, to)
  return (samples) => start(samples.length)(samples)
}

/** The same for signals that come in parts: for one of `length` samples, each part gives what it completes. */
export const inParts = (from: number, to: number): ((length: number) => Resampler) => {
  if (from === to) return () => (samples) => samples
  const ratio = ratioOf(from, to)
  const valueAt =
    ratio.up * (2 * ratio.reach + 1) <= mostTaps ? polyphase(ratio) : interpolated(ratio)
  return (length) => start(ratio, valueAt, length)
}

/** How many samples come of `length`. */
export const outputLength = (from: number, to: number, length: number): number => {
  const { down, up } = ratioOf(from, to)
  return Math.ceil((length * up) / down)
}

interface Ratio {
  readonly up: number
  readonly down: number
  /** How far the filter reaches, in samples of the input. */
  readonly reach: number
}

const ratioOf = (from: number, to: number): Ratio => {
  const divisor = greatestCommonDivisor(from, to)
  const up = to / divisor
  const down = from / divisor
  return { up, down, reach: Math.ceil(zeros * Math.max(1, down / up)) }
}

/** The part of a signal that is held: `samples` from `first` on, of `length` in all. */
interface Held {
  readonly samples: Float32Array
  readonly first: number
  readonly length: number
}

/** The output's `i`-th sample. */
type ValueAt = (i: number, held: Held) => number

const start = ({ down, reach, up }: Ratio, valueAt: ValueAt, length: number): Resampler => {
  const end = Math.ceil((length * up) / down)
  const centre = (i: number) => Math.floor((i * down) / up)
  let held: Held = { samples: new Float32Array(0), first: 0, length }
  let next = 0
  return (part) => {
    const samples = joined(held.samples, part)
    const arrived = held.first + samples.length
    held = { samples, first: held.first, length }
    const ready = arrived >= length ? end : Math.ceil(((arrived - reach) * up) / down)
    const until = Math.max(next, ready)
    const output = new Float32Array(until - next)
    for (let i = 0; i < output.length; i++) output[i] = valueAt(next + i, held)
    next = until
    const kept = Math.min(arrived, Math.max(held.first, centre(next) - reach))
    held = { samples: samples.slice(kept - held.first), first: kept, length }
    return output
  }
}

const joined = (before: Float32Array, after: Float32Array): Float32Array => {
  if (before.length === 0) return after
  const both = new Float32Array(before.length + after.length)
  both.set(before)
  both.set(after, before.length)
  return both
}

/** More taps than this, 4 MiB, are not kept for a ratio. */
const mostTaps = 2 ** 19

/** Sums with the very taps of each phase, which are computed as they are needed and kept. */
const polyphase = ({ down, reach, up }: Ratio): ValueAt => {
  const cutOff = rollOff * Math.min(1, up / down)
  const phases: Array<Float64Array> = []
  return (i, { first, length, samples }) => {
    const centre = Math.floor((i * down) / up)
    const phase = (i * down) % up
    const taps = (phases[phase] ??= tapsAt(phase / up, cutOff, reach))
    const from = Math.max(0, centre - reach)
    const last = Math.min(length - 1, centre + reach)
    let sum = 0
    for (let j = from, tap = from - centre + reach; j <= last; j++, tap++) {
      sum += samples[j - first]! * taps[tap]!
    }
    return sum
  }
}

/** The taps for an output `offset` of a sample past the centre, scaled to a gain of one. */
const tapsAt = (offset: number, cutOff: number, reach: number): Float64Array => {
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => {
    const time = i - reach - offset
    return kaiser(time / reach) * sinc(time * cutOff)
  })
  const gain = taps.reduce((sum, tap) => sum + tap, 0)
  return taps.map((tap) => tap / gain)
}

/**
 * Sums with taps interpolated in one table that all ratios share: for rates with no common divisor
 * to speak of, which need thousands of phases, and would use each but once or twice.
 */
const interpolated = ({ down, reach, up }: Ratio): ValueAt => {
  const scale = Math.min(1, up / down)
  return (i, { first, length, samples }) => {
    const centre = Math.floor((i * down) / up)
    const offset = ((i * down) % up) / up
    let sum = 0
    let gain = 0
    for (let tap = -reach; tap <= reach; tap++) {
      const weight = impulseAt(Math.abs(tap - offset) * scale)
      const j = centre + tap
      gain += weight
      if (j >= 0 && j < length) sum += samples[j - first]! * weight
    }
    return sum / gain
  }
}

/** Points of the table a period of the lower rate: the taps are right to -180 dB of the largest. */
const density = 256
let impulse: Float64Array | undefined

/** The filter's impulse response at `time`, in periods of the lower rate: a cubic through the nearest points. */
const impulseAt = (time: number): number => {
  if (time >= zeros) return 0
  // Begins one point before 0, and ends two after the last.
  impulse ??= Float64Array.from({ length: zeros * density + 4 }, (_, i) => {
    const at = (i - 1) / density
    return kaiser(at / zeros) * sinc(at * rollOff)
  })
  const place = time * density
  const i = Math.floor(place)
  const x = place - i
  const [a, b, c, d] = [impulse[i]!, impulse[i + 1]!, impulse[i + 2]!, impulse[i + 3]!]
  return (
    (-a * x * (x - 1) * (x - 2)) / 6 +
    (b * (x + 1) * (x - 1) * (x - 2)) / 2 -
    (c * (x + 1) * x * (x - 2)) / 2 +
    (d * (x + 1) * x * (x - 1)) / 6
  )
}

const sinc = (x: number): number => {
  const angle = Math.PI * x
  return Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle
}

const kaiser = (x: number): number =>
  Math.abs(x) >= 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta)

/** The modified Bessel function of the first kind and order zero, by its power series. */
const bessel = (x: number): number => {
  let sum = 1
  for (let k = 1, term = 1; term > 1e-16 * sum; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b)
