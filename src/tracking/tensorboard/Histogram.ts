/** How often values fall into bins of equal width. */
export interface Histogram {
  readonly lowest: number
  readonly highest: number
  readonly sum: number
  readonly sumOfSquares: number
  /** Where each bin ends; the first begins at the lowest value. */
  readonly ends: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

/**
 * The histogram of the finite ones of `values` in bins between the lowest and the highest, the highest in
 * the last bin; one bin where all are equal, none where none is finite.
 */
export const histogram = (values: ArrayLike<number>, bins = 30): Histogram => {
  let [low, high, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    count++
    sum += value
    sumOfSquares += value * value
    if (value < low) low = value
    if (value > high) high = value
  }
  const moments = { lowest: low, highest: high, sum, sumOfSquares }
  if (count === 0) return { ...moments, lowest: 0, highest: 0, ends: [], counts: [] }
  if (low === high) return { ...moments, ends: [high], counts: [count] }
  const width = (high - low) / bins
  const counts = Array.from({ length: bins }, () => 0)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isFinite(value)) counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++
  }
  const ends = counts.map((_, i) => (i === bins - 1 ? high : low + (i + 1) * width))
  return { ...moments, ends, counts }
}
