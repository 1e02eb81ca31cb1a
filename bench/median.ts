/** The middle one of `numbers` by size; of an even count, the upper of the two. */
export const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!
