import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Backend } from "../backends/Backend.js"
import type { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import type { CheckpointStoreService } from "../checkpointing/store/CheckpointStoreService.js"
import type { TrainingConfig } from "../config/TrainingConfig.js"
import type { Sized } from "../data/Batch.js"
import type { AnyDataset, Examples } from "../data/Dataset.js"
import { batchAt } from "../data/Order.js"
import type { Observer } from "../events/Observer.js"
import type { Run } from "./Run.js"

/** Builds the run of a pipeline from scratch, with fields of `training` changed; it saves nothing. */
export type Build = (
  change?: Partial<TrainingConfig>
) => Effect.Effect<Run, unknown, Backend | Observer | Scope.Scope>

/** What is known of the real run. */
export interface Facts {
  readonly training: TrainingConfig
  readonly sizes: { readonly train: number; readonly validation: number; readonly test: number }
}

/** How a pipeline is rehearsed: what `restoreOrInit` does otherwise than for a real run. */
export interface Settings {
  /** Where checkpoints go, and are looked for. */
  readonly store: CheckpointStoreService
  /** What it changes of `training`. */
  readonly training: Partial<TrainingConfig>
  /** Whether it begins from scratch, whatever the config and the user say of resuming. */
  readonly fromScratch: boolean
  /** How many batches of each split it sees; null: all. */
  readonly batches: number | null
  readonly onFacts: (facts: Facts) => void
  /** What is done instead of all that follows in the pipeline, which must end it; null: nothing. */
  readonly instead:
    ((build: Build) => Effect.Effect<never, unknown, Backend | CheckpointStore | Observer>) | null
}

/**
 * Whether a pipeline is only rehearsed: to find a learning rate, say. Then the run's own folder is
 * neither read nor written, and the pipeline's own observers see nothing. null: it really runs.
 */
export class Rehearsal extends Context.Reference<Rehearsal>()("holdfast/Rehearsal", {
  defaultValue: (): Settings | null => null
}) {}

/** The config of the run that is rehearsed. */
export const configFor = <C extends { readonly training: TrainingConfig }>(
  settings: Settings | null,
  config: C
): C =>
  settings === null
    ? config
    : { ...config, training: { ...config.training, ...settings.training, run_log: false } }

/** The first batches of each split. */
export const limited = <B extends Sized>(
  dataset: AnyDataset<B>,
  batches: number,
  batchSize: number
): AnyDataset<B> => {
  const first = (examples: Examples<B>): Examples<B> => {
    const { ahead, describe, labels } = examples
    const size = Math.min(examples.size, batches * batchSize)
    return {
      size,
      batch: (indices, rng, epoch) => examples.batch(indices, rng, epoch),
      ...(ahead && { ahead }),
      ...(describe && { describe }),
      ...(labels && { labels: Effect.map(labels, (all) => batchAt(all, 0, size)) })
    }
  }
  return {
    ...dataset,
    train: first(dataset.train),
    validation: first(dataset.validation),
    test: first(dataset.test)
  }
}
