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
  if (from === to) return (samples) => samples
  const divisor = greatestCommonDivisor(from, to)
  const up = to / divisor
  const down = from / divisor
  const cutOff = rollOff * Math.min(1, up / down)
  const reach = Math.ceil(zeros * Math.max(1, down / up))
  // Filled as they are needed: rates with no common divisor have thousands.
  const phases: Array<Float64Array> = []

  return (samples) => {
    const output = new Float32Array(Math.ceil((samples.length * up) / down))
    for (let i = 0; i < output.length; i++) {
      const centre = Math.floor((i * down) / up)
      const phase = (i * down) % up
      const taps = (phases[phase] ??= tapsAt(phase / up, cutOff, reach))
      const first = Math.max(0, centre - reach)
      const last = Math.min(samples.length - 1, centre + reach)
      let sum = 0
      for (let j = first, tap = first - centre + reach; j <= last; j++, tap++) {
        sum += samples[j]! * taps[tap]!
      }
      output[i] = sum
    }
    return output
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
