import type { SplitName } from "../data/Dataset.js"

/** What an evaluation measured: metrics over a split, of the weights trained until `epoch`. */
export interface Summary {
  readonly split: SplitName
  readonly epoch: number
  readonly metrics: Readonly<Record<string, number>>
}
