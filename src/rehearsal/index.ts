import * as Effect from "effect/Effect"
import { Rehearsal } from "../training/Rehearsal.js"

export { evaluate, type EvaluatedCheckpoint, type EvaluateOptions } from "./evaluate.js"
export { dryRun, type DryRun } from "./dryRun.js"
export {
  findBatchSize,
  type BatchSizeOptions,
  type FoundBatchSize,
  type TriedSize
} from "./findBatchSize.js"
export {
  findLearningRate,
  type FoundLearningRate,
  type LearningRateOptions,
  type TriedRate
} from "./findLearningRate.js"
export { learningRates, type LearningRates } from "./learningRates.js"
export { overfit, type Overfit, type OverfitOptions } from "./overfit.js"

/**
 * Whether the pipeline is only rehearsed: a stage that writes outside of the run's folder leaves that out
 * then.
 */
export const isActive: Effect.Effect<boolean> = Effect.map(
  Rehearsal,
  (settings) => settings !== null
)
