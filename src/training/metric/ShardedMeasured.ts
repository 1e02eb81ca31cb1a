import type { Measured } from "./Metric.js"

/** What was measured of a part of a batch, and of how many examples. */
export interface MeasuredShard {
  readonly measured: Measured
  readonly size: number
}

/** What was read of a batch in shards: metrics take them in one by one, as if they were batches. */
interface ShardedMeasured extends ReadonlyArray<number> {
  readonly shards: ReadonlyArray<MeasuredShard>
}

/** Joins what was measured of the shards of a batch: scalars as their sum, other arrays end to end. */
export const join = (shards: ReadonlyArray<MeasuredShard>): Measured => {
  const numbers = shards.flatMap(({ measured }) => [...measured])
  const isScalar = shards.every(({ measured }) => measured.length === 1)
  const joined = isScalar ? [numbers.reduce((sum, one) => sum + one, 0)] : numbers
  return Object.assign(joined, { shards }) satisfies ShardedMeasured
}

/** The parts of what was measured of a batch of `size` examples: itself, unless the batch was cut. */
export const shardsIn = (measured: Measured, size: number): ReadonlyArray<MeasuredShard> =>
  "shards" in measured ? (measured as ShardedMeasured).shards : [{ measured, size }]
