import type { Rng } from "../data/Dataset.js"

/** One row of features after another, row-major [frames, width]. */
export type Features = Float32Array

/**
 * Writes `frames` rows of `features` into `target` at `offset`, from row `start` on. Where the
 * features end they begin again: what is shorter is tiled, since zeros would be a sound of their own.
 */
export const copyWindow = (
  features: Features,
  width: number,
  start: number,
  frames: number,
  target: Float32Array,
  offset: number
): void => {
  const end = offset + frames * width
  for (let from = start * width, to = offset; to < end; from = 0) {
    const run = Math.min(features.length - from, end - to)
    target.set(features.subarray(from, from + run), to)
    to += run
  }
}

/**
 * The row at which an example begins: drawn where `draw` is given, exactly once whatever the
 * length, else the one that centres a crop, or the first of what is tiled.
 */
export const startOf = (rows: number, frames: number, draw?: Rng): number => {
  const places = rows > frames ? rows - frames + 1 : rows
  if (draw) return Math.floor(draw() * places)
  return rows > frames ? Math.floor((rows - frames) / 2) : 0
}

/** The starts of windows that cover all rows evenly, each overlapping the next by half or more. */
export const coveringStarts = (rows: number, frames: number): ReadonlyArray<number> => {
  const last = Math.max(0, rows - frames)
  const steps = Math.ceil(last / Math.max(1, frames / 2))
  return Array.from({ length: steps + 1 }, (_, i) => (i === 0 ? 0 : Math.round((i * last) / steps)))
}
