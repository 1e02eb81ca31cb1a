import FFT from "fft.js"
import * as Resample from "../Resample.js"
import * as Random from "../SyntheticVoices/Random.js"

/** The mean of the squares. */
export const powerOf = (samples: Float32Array): number => {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return samples.length === 0 ? 0 : sum / samples.length
}

/**
 * Speech that is `factor` times as fast, and higher by as much (Ko et al., "Audio augmentation for speech
 * recognition", 2015): samples at `sampleRate`, resampled as if they were at `factor` times that. A factor is
 * rounded to a rate in full Hz.
 */
export const changeSpeed = (
  samples: Float32Array,
  sampleRate: number,
  factor: number
): Float32Array => resamplerFor(speedRate(sampleRate, factor), sampleRate)(samples)

/** The rate that samples of `sampleRate` are taken for. */
export const speedRate = (sampleRate: number, factor: number): number =>
  Math.round(sampleRate * factor)

/** So many factors of a config keep their filters. */
const mostResamplers = 16
const resamplers = new Map<string, Resample.Resampler>()

const resamplerFor = (from: number, to: number): Resample.Resampler => {
  const key = `${from} ${to}`
  let resampler = resamplers.get(key)
  if (resampler === undefined) {
    if (resamplers.size === mostResamplers) resamplers.delete(resamplers.keys().next().value!)
    const start = Resample.inParts(from, to)
    resampler = (samples) => start(samples.length)(samples)
    resamplers.set(key, resampler)
  }
  return resampler
}

/** White noise of a mean of 0 and a power of 1, normally distributed (Box and Muller, 1958). */
export const whiteNoise = (length: number, seed: number): Float32Array => {
  const random = Random.make(seed)
  const noise = new Float32Array(length)
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    const angle = 2 * Math.PI * random.next()
    noise[i] = radius * Math.cos(angle)
    if (i + 1 < length) noise[i + 1] = radius * Math.sin(angle)
  }
  return noise
}

/** Pink noise: 3 dB less power an octave, by the filter of Paul Kellet (1999), once it has settled. */
export const pinkNoise = (length: number, seed: number): Float32Array => {
  const settling = 4096
  const white = whiteNoise(length + settling, seed)
  const pink = new Float32Array(length)
  let [b0, b1, b2, b3, b4, b5, b6] = [0, 0, 0, 0, 0, 0, 0]
  for (const [i, x] of white.entries()) {
    b0 = 0.99886 * b0 + x * 0.0555179
    b1 = 0.99332 * b1 + x * 0.0750759
    b2 = 0.969 * b2 + x * 0.153852
    b3 = 0.8665 * b3 + x * 0.3104856
    b4 = 0.55 * b4 + x * 0.5329522
    b5 = -0.7616 * b5 - x * 0.016898
    if (i >= settling) pink[i - settling] = b0 + b1 + b2 + b3 + b4 + b5 + b6 + x * 0.5362
    b6 = x * 0.115926
  }
  return pink
}

/**
 * `samples` and noise at a ratio of `snr` decibels of their powers, as torchaudio's `add_noise`. Noise that is
 * shorter begins again.
 */
export const addNoise = (samples: Float32Array, noise: Float32Array, snr: number): Float32Array => {
  const [signal, power] = [powerOf(samples), powerOf(noise)]
  if (signal === 0 || power === 0) return samples
  const scale = Math.sqrt(signal / (power * 10 ** (snr / 10)))
  return samples.map((sample, i) => sample + scale * noise[i % noise.length]!)
}

/**
 * The impulse response of a room: the direct sound, and white noise that falls by 60 dB within `rt60` seconds
 * (Polack, 1988), `ratio` decibels weaker in all than the direct sound.
 */
export const simulatedImpulse = (
  sampleRate: number,
  { ratio, rt60, seed }: { readonly rt60: number; readonly ratio: number; readonly seed: number }
): Float32Array => {
  const impulse = whiteNoise(Math.max(2, Math.ceil(rt60 * sampleRate)), seed)
  const decay = Math.log(1000) / (rt60 * sampleRate)
  let energy = 0
  for (let i = 1; i < impulse.length; i++) {
    impulse[i]! *= Math.exp(-decay * i)
    energy += impulse[i]! ** 2
  }
  const scale = Math.sqrt(10 ** (-ratio / 10) / energy)
  for (let i = 1; i < impulse.length; i++) impulse[i]! *= scale
  impulse[0] = 1
  return impulse
}

/** `samples` in a room of this impulse response, as loud as before and as long: convolved by FFT. */
export const reverberate = (samples: Float32Array, impulse: Float32Array): Float32Array => {
  const size = Math.max(2, 2 ** Math.ceil(Math.log2(samples.length + impulse.length)))
  const fft = new FFT(size)
  const [a, b] = [samples, impulse].map((signal) => {
    const spectrum: Array<number> = fft.createComplexArray()
    const padded = Array.from({ length: size }, (_, i) => signal[i] ?? 0)
    fft.realTransform(spectrum, padded)
    fft.completeSpectrum(spectrum)
    return spectrum
  }) as [Array<number>, Array<number>]
  for (let k = 0; k < 2 * size; k += 2) {
    const [re, im] = [a[k]! * b[k]! - a[k + 1]! * b[k + 1]!, a[k]! * b[k + 1]! + a[k + 1]! * b[k]!]
    a[k] = re
    a[k + 1] = im
  }
  const output: Array<number> = fft.createComplexArray()
  fft.inverseTransform(output, a)
  const wet = Float32Array.from(samples, (_, i) => output[2 * i]!)
  const [before, after] = [powerOf(samples), powerOf(wet)]
  if (after === 0) return samples
  const scale = Math.sqrt(before / after)
  return wet.map((sample) => scale * sample)
}
