/** The number in the middle, or the larger of the two there. */
export const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!
