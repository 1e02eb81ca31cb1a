import * as Effect from "effect/Effect"
import * as Choice from "../config/Choice.js"
import type { Sized } from "../data/Batch.js"
import { DataError } from "../data/DataError.js"
import { fetch } from "../data/Dataset.js"
import { labelsOf } from "../data/labelsOf.js"
import { batchAt, type Order } from "../data/Order.js"
import * as Sampler from "../data/Sampler.js"
import { t } from "../language/Text.js"
import * as Random from "./Random.js"
import type { RunConfig, RunFields } from "./RunFields.js"
import * as Shards from "./shards/Shards.js"

/** Which examples an epoch trains on, and in what order: a function of the seed and the epoch. */
export const orderOf = (run: RunFields, epoch: number): Effect.Effect<Order, DataError> =>
  Effect.gen(function* () {
    const { config, dataset, random } = run
    const { size } = dataset.train
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
  order: Order,
  at: { readonly epoch: number; readonly step: number; readonly example: number }
): Effect.Effect<B, DataError> => {
  const { batch_size, shards = 1 } = config.training
  const batch = fetch(
    dataset,
    "train",
    batchAt(order, at.example, batch_size),
    Random.generator(random, "augment", at.epoch, at.step)
  )
  return shards === 1 ? batch : Effect.tap(batch, checkCut(dataset))
}

/** Fails where a batch cannot be cut into shards. */
const checkCut =
  ({ name }: Pick<RunFields["dataset"], "name">) =>
  (batch: Sized): Effect.Effect<void, DataError> => {
    const detail = Shards.problemOf(batch)
    return detail === null ? Effect.void : new DataError({ reason: "Mismatch", path: name, detail })
  }
