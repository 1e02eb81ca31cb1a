import FFT from "fft.js"

/** Turns samples into a log-mel spectrogram, row-major [frames, mels]. */
export type LogMel = (samples: Float32Array) => Float32Array

/** What a log-mel spectrogram is made by; changing any of it changes every feature. */
export interface Options {
  /** Of the samples, in Hz. */
  readonly sampleRate: number
  /** How many bands. */
  readonly mels: number
  /** The length of a frame, in milliseconds. */
  readonly windowMs: number
  /** From the beginning of one frame to that of the next, in milliseconds. */
  readonly hopMs: number
}

/** The lower edge of the lowest band, in Hz; the highest ends at half the sample rate. */
export const lowest = 20
/** Added to the power before the logarithm: silence is ln(1e-6) = -13.8. */
export const floor = 1e-6

/**
 * Log-mel spectrograms as torchaudio's MelSpectrogram makes them with HTK mel, no norm, power 2 and
 * no centring, followed by a natural logarithm: a periodic Hann window, zero-padded on its right to
 * the next power of two, triangular bands equally wide on the HTK mel scale. Samples after the last
 * full frame are left out; fewer samples than one frame are padded with zeros to one.
 */
export const make = (options: Options): LogMel => {
  const { hop, window, fftSize } = geometry(options)
  const hann = Float64Array.from(
    { length: window },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window)
  )
  const bands = melBands(options, fftSize)
  const fft = new FFT(fftSize)
  const spectrum: Array<number> = fft.createComplexArray()
  const frame = Array.from({ length: fftSize }, () => 0)
  const power = new Float64Array(fftSize / 2 + 1)

  return (samples) => {
    const frames = frameCount(options, samples.length)
    const output = new Float32Array(frames * options.mels)
    for (let f = 0; f < frames; f++) {
      for (let i = 0; i < window; i++) frame[i] = (samples[f * hop + i] ?? 0) * hann[i]!
      fft.realTransform(spectrum, frame)
      for (let k = 0; k < power.length; k++) {
        power[k] = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2
      }
      bands.forEach(({ first, weights }, band) => {
        let sum = floor
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * power[first + k]!
        output[f * options.mels + band] = Math.log(sum)
      })
    }
    return output
  }
}

/** The same for a signal that comes in parts: each gives the frames that it completes. */
export const inParts = (options: Options): (() => LogMel) => {
  const logMel = make(options)
  const { hop, window } = geometry(options)
  return () => {
    let held = new Float32Array(0)
    // How far off the next frame begins, where frames are further apart than they are long.
    let skip = 0
    return (part) => {
      const samples = new Float32Array(held.length + Math.max(0, part.length - skip))
      samples.set(held)
      samples.set(part.subarray(skip), held.length)
      skip = Math.max(0, skip - part.length)
      const frames = samples.length < window ? 0 : frameCount(options, samples.length)
      held = samples.slice(frames * hop)
      skip += Math.max(0, frames * hop - samples.length)
      return frames === 0 ? new Float32Array(0) : logMel(samples)
    }
  }
}

/** How many frames a signal of `length` samples has. */
export const frameCount = (options: Options, length: number): number => {
  const { hop, window } = geometry(options)
  return 1 + Math.max(0, Math.floor((length - window) / hop))
}

/** Window and hop in samples, and the size of the transform. */
export const geometry = ({ sampleRate, windowMs, hopMs }: Options) => {
  const window = Math.floor((sampleRate * windowMs) / 1000)
  const hop = Math.floor((sampleRate * hopMs) / 1000)
  return { window, hop, fftSize: 2 ** Math.ceil(Math.log2(window)) }
}

/** How many bands are too narrow to hold even one frequency of the transform, and so say nothing. */
export const emptyBands = (options: Options): number =>
  melBands(options, geometry(options).fftSize).filter(({ weights }) => weights.length === 0).length

/** The weights of one band, from the transform's `first` frequency on. */
interface Band {
  readonly first: number
  readonly weights: Float64Array
}

const melBands = ({ sampleRate, mels }: Options, fftSize: number): ReadonlyArray<Band> => {
  const low = toMel(lowest)
  const high = toMel(sampleRate / 2)
  const edge = (i: number) => fromMel(low + ((high - low) * i) / (mels + 1))
  return Array.from({ length: mels }, (_, band) => {
    const [left, centre, right] = [edge(band), edge(band + 1), edge(band + 2)]
    const first = Math.floor((left * fftSize) / sampleRate) + 1
    const weights: Array<number> = []
    for (let k = first; k <= fftSize / 2; k++) {
      const hertz = (k * sampleRate) / fftSize
      const weight = Math.min((hertz - left) / (centre - left), (right - hertz) / (right - centre))
      if (weight <= 0) break
      weights.push(weight)
    }
    return { first, weights: Float64Array.from(weights) }
  })
}

/** The mel scale of HTK. */
const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700)
const fromMel = (mel: number): number => 700 * (10 ** (mel / 2595) - 1)
