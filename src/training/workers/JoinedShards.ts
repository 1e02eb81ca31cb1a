import * as tf from "../../tf.js"
import type { Values } from "../../data/Batch.js"
import type { BoundPhase } from "../BoundPhase.js"
import type { Measured } from "../metric/Metric.js"
import { partsOf } from "../ModelParts.js"
import type { RunFields } from "../RunFields.js"
import { merge, type MovedState } from "../shards/MergedStates.js"
import {
  mergeMetrics,
  shardCount,
  totalOf,
  type ShardedGradients
} from "../shards/ShardedGradients.js"
import type { Shard } from "../shards/Shards.js"
import { tensorOf } from "../Weights.js"
import type { GradientSlots } from "./GradientSlots.js"
import type { Outcome } from "./Jobs.js"
import type { ShardResult } from "./Protocol.js"
import * as SharedWeights from "./SharedWeights.js"

/**
 * Makes of what threads have come to for the shards of a batch what this thread would have: the sum of
 * the gradients in the order of the shards, and the weights that the forward passes have moved, merged.
 */
export const make = (run: RunFields, slots: GradientSlots) => {
  const { weights } = partsOf(run)
  const trained = weights.filter(({ trainable }) => trainable)
  const slotIndex = new Map(trained.map(({ name }, i) => [name, i]))
  const isCut = shardCount(run) > 1

  const join = (
    phase: Pick<BoundPhase, "weights">,
    shards: ReadonlyArray<Shard>,
    outcomes: ReadonlyArray<Outcome>
  ): ShardedGradients => {
    const results = outcomes.map(({ result }) => result as ShardResult)
    const addresses = outcomes.map(({ slot }) => slot)
    const gradients = new Map<string, tf.Tensor>()
    phase.weights.forEach((weight, i) => {
      if (!results.some(({ present }) => present[i])) return
      const sum = slots.sum(addresses, slotIndex.get(weight.name)!)
      gradients.set(weight.name, tf.tensor(SharedWeights.own(sum), tensorOf(weight).shape))
    })
    move(shards, results)
    const byShard = new Map(shards.map((shard, i) => [shard, results[i]!.metrics]))
    const measured: Readonly<Record<string, Measured>> = isCut
      ? mergeMetrics(shards, (shard) => byShard.get(shard)!)
      : results[0]!.metrics
    return {
      gradients,
      metrics: {},
      weight: totalOf(results.map(({ weight }) => weight)),
      merge: (read) => ({ ...measured, ...read })
    }
  }

  const move = (shards: ReadonlyArray<Shard>, results: ReadonlyArray<ShardResult>) => {
    const all = new Map<number, Array<MovedState>>()
    results.forEach(({ moved }, i) => {
      for (const { index, values } of moved) {
        const one = { values, share: shards[i]!.share }
        const before = all.get(index)
        if (before === undefined) all.set(index, [one])
        else before.push(one)
      }
    })
    tf.tidy(() => {
      for (const [index, moved] of all) {
        const variable = tensorOf(weights[index]!)
        const old = SharedWeights.read(variable)
        variable.assign(tensorLike(isCut ? merge(old, moved) : moved[0]!.values, variable))
      }
    })
  }

  return { join }
}

const tensorLike = (values: Values, { dtype, shape }: tf.Tensor): tf.Tensor =>
  tf.tensor(values, shape, dtype as "float32")
