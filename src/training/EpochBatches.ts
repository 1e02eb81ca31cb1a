import * as Effect from "effect/Effect"
import * as Choice from "../config/Choice.js"
import type { Sized } from "../data/Batch.js"
import { DataError } from "../data/DataError.js"
import { fetch } from "../data/Dataset.js"
import { labelsOf } from "../data/labelsOf.js"
import { batchAt, following, type Order } from "../data/Order.js"
import * as Sampler from "../data/Sampler.js"
import { t } from "../language/Text.js"
import * as Random from "./Random.js"
import type { RunConfig, RunFields } from "./RunFields.js"
import * as Shards from "./shards/Shards.js"

/**
 * Which examples an epoch trains on, and in what order: a function of the seed and the epoch. null: as
 * they come, of a split of unknown length.
 */
export const orderOf = (run: RunFields, epoch: number): Effect.Effect<Order | null, DataError> =>
  Effect.gen(function* () {
    const { config, dataset, random } = run
    const { size } = dataset.train
    if (size === Infinity) return null
    const sampler = Choice.made<Sampler.Sampler>(config.training.sampler, Sampler.builtIn)
    const order = yield* sampler.order(
      { size, labels: labelsOf(dataset) },
      Random.generator(random, "shuffle", epoch)
    )
    return order.length === size
      ? order
      : yield* Effect.dieMessage(
          t`the sampler ${config.training.sampler.name} gives ${order.length} indices for ${size} examples; an epoch takes as many as there are`
        )
  })

/** Fetches the batch of a step of an epoch, which begins at an example of its order. */
export const batchOf = <B extends Sized>(
  { config, dataset, random }: RunFields<RunConfig, B>,
  order: Order | null,
  at: { readonly epoch: number; readonly step: number; readonly example: number }
): Effect.Effect<B, DataError> => {
  const { batch_size, drop_last, shards = 1 } = config.training
  const batch = fetch(
    dataset,
    "train",
    order === null ? following(at.example, batch_size) : batchAt(order, at.example, batch_size),
    Random.generator(random, "augment", at.epoch, at.step),
    {
      epoch: at.epoch,
      rng: (block) => Random.generator(random, "shuffle", at.epoch, block),
      fullBatches: drop_last
    }
  )
  return shards === 1 ? batch : Effect.tap(batch, checkCut(dataset))
}

/** Fails where a batch cannot be cut into shards. */
const checkCut =
  ({ name }: Pick<RunFields["dataset"], "name">) =>
  (batch: Sized): Effect.Effect<void, DataError> => {
    const detail = batch.size === 0 ? null : Shards.problemOf(batch)
    return detail === null ? Effect.void : new DataError({ reason: "Mismatch", path: name, detail })
  }
