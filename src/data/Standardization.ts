/** The mean and the standard deviation of each column of numbers, of one or of many rows. */
export interface Standardization {
  readonly mean: ReadonlyArray<number>
  /** Of the population, as scikit-learn's StandardScaler has it; 1 for a column that is constant. */
  readonly std: ReadonlyArray<number>
}

/** Adds up columns row by row, by Welford's method, which loses no digits to large means. */
export class ColumnStatistics {
  private readonly counts: Float64Array
  private readonly means: Float64Array
  private readonly squares: Float64Array

  constructor(width: number) {
    this.counts = new Float64Array(width)
    this.means = new Float64Array(width)
    this.squares = new Float64Array(width)
  }

  /** A value that is missing, NaN, does not count. */
  add(column: number, value: number): void {
    if (Number.isNaN(value)) return
    const count = (this.counts[column]! += 1)
    const delta = value - this.means[column]!
    this.means[column]! += delta / count
    this.squares[column]! += delta * (value - this.means[column]!)
  }

  get result(): Standardization {
    return {
      mean: [...this.means],
      std: [...this.squares].map((sum, i) => Math.sqrt(sum / this.counts[i]!) || 1)
    }
  }
}

/** What a model sees of a number: `(x - mean) / std`. */
export const standardized = (x: number, { mean, std }: Standardization, column: number): number =>
  (x - mean[column]!) / std[column]!
