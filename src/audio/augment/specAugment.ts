import type { Rng } from "../../data/Dataset.js"

/** What is masked of a spectrogram at random (Park et al., "SpecAugment", 2019). */
export interface SpecAugment {
  readonly time_masks: number
  /** The most frames of a mask. */
  readonly time_width: number
  readonly frequency_masks: number
  /** The most bands of a mask. */
  readonly frequency_width: number
  /** How many frames a point in time moves at most; 0: time is not warped. */
  readonly time_warp: number
}

/** Rows or bands: how many, from which on. */
interface Mask {
  readonly from: number
  readonly width: number
}

/** What is done to one spectrogram. */
export interface Masks {
  readonly time: ReadonlyArray<Mask>
  readonly frequency: ReadonlyArray<Mask>
  /** The row that moves, and where to; null: none does. */
  readonly warp: { readonly row: number; readonly to: number } | null
}

/** Draws the masks of a spectrogram [frames, mels]: as many numbers whatever comes of them. */
export const drawMasks = (
  { frequency_masks, frequency_width, time_masks, time_warp, time_width }: SpecAugment,
  frames: number,
  mels: number,
  rng: Rng
): Masks => {
  const masks = (count: number, most: number, length: number) =>
    Array.from({ length: count }, (): Mask => {
      const width = Math.floor(rng() * (Math.min(most, length) + 1))
      return { width, from: Math.floor(rng() * (length - width + 1)) }
    })
  const time = masks(time_masks, time_width, frames)
  const frequency = masks(frequency_masks, frequency_width, mels)
  if (time_warp === 0) return { time, frequency, warp: null }
  const [at, shift] = [rng(), rng()]
  const most = Math.min(time_warp, Math.floor((frames - 1) / 3))
  const row = most + at * (frames - 1 - 2 * most)
  return { time, frequency, warp: most === 0 ? null : { row, to: row + (2 * shift - 1) * most } }
}

/**
 * Masks a spectrogram [frames, mels] that lies in `values` from `offset` on, in place: what is masked is the
 * mean of it, as in the paper, where the mean is zero.
 */
export const applyMasks = (
  values: Float32Array,
  offset: number,
  frames: number,
  mels: number,
  { frequency, time, warp }: Masks
): void => {
  const window = values.subarray(offset, offset + frames * mels)
  if (warp !== null) warped(window, frames, mels, warp)
  let sum = 0
  for (const value of window) sum += value
  const mean = sum / window.length
  for (const { from, width } of time) window.fill(mean, from * mels, (from + width) * mels)
  for (const { from, width } of frequency) {
    for (let row = 0; row < frames; row++) {
      window.fill(mean, row * mels + from, row * mels + from + width)
    }
  }
}

/** Stretches the rows before and after a point so that it moves, with straight lines between rows. */
const warped = (
  window: Float32Array,
  frames: number,
  mels: number,
  { row, to }: { readonly row: number; readonly to: number }
): void => {
  const source = window.slice()
  const last = frames - 1
  for (let i = 0; i < frames; i++) {
    const at = i <= to ? (i * row) / to : row + ((i - to) * (last - row)) / (last - to)
    const before = Math.min(last - 1, Math.floor(at))
    const part = at - before
    for (let band = 0; band < mels; band++) {
      const low = source[before * mels + band]!
      window[i * mels + band] = low + part * (source[(before + 1) * mels + band]! - low)
    }
  }
}
