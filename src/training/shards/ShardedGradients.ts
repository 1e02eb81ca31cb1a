import * as tf from "../../tf.js"
import type { Sized } from "../../data/Batch.js"
import { join } from "../metric/ShardedMeasured.js"
import type { Measured } from "../metric/Metric.js"
import { partsOf } from "../ModelParts.js"
import type { LossFunction, Models, StepPosition } from "../Phase.js"
import { gradientsOf, type Differentiated, type PhaseGradients } from "../PhaseGradients.js"
import * as Random from "../Random.js"
import type { RunFields } from "../RunFields.js"
import * as MergedStates from "./MergedStates.js"
import { cut, shardsOf, type Shard } from "./Shards.js"

/** What the shards of a batch have come to: the sum of their gradients, and the metrics of each. */
export interface ShardedGradients extends PhaseGradients {
  /** The metrics of the batch, from what was read of those of its shards. */
  readonly merge: (read: Readonly<Record<string, Measured>>) => Record<string, Measured>
}

/** A phase as a shard is computed by: its name tells the random numbers of the phases apart. */
export type ShardedPhase = Differentiated & { readonly name: string }

/** Into how many shards the batches of a run are cut. */
export const shardCount = ({ config }: Pick<RunFields, "config">): number =>
  // A config that was not made by `Config.make` may lack it.
  config.training.shards ?? 1

/** Loss and gradients of one shard, of a batch that is cut into several. */
export const ofShard = <B extends Sized>(
  { models, random }: Pick<RunFields, "models" | "random">,
  phase: ShardedPhase,
  loss: LossFunction<Models, B>,
  { batch, position }: { readonly batch: B; readonly position: StepPosition },
  shard: Shard
): PhaseGradients => {
  const { epoch, step } = position
  const rng = Random.generator(random, "step", epoch, step, shard.index, phase.name)
  const shardOf = { batch, share: shard.share }
  const input = { batch: cut(batch, shard), models, position, rng, training: true, shardOf }
  return Random.withMathRandom(rng, () => gradientsOf(phase, loss, input))
}

/**
 * Loss and gradients of a batch, one shard after the other, so that the memory of one serves all.
 * Gradients are added in the order of the shards, and the weights that the forward pass moves are merged.
 */
export const inline = <B extends Sized>(
  run: Pick<RunFields, "config" | "models" | "random">,
  phase: ShardedPhase,
  loss: LossFunction<Models, B>,
  input: { readonly batch: B; readonly position: StepPosition }
): ShardedGradients => {
  const shards = shardsOf(input.batch.size, shardCount(run))
  const states = MergedStates.begin(partsOf(run).weights)
  const sums: Record<string, tf.Tensor> = {}
  const metrics: Record<string, tf.Tensor> = {}
  const weights: Array<number | undefined> = []
  try {
    for (const shard of shards) {
      const own = tf.tidy(() => {
        const { gradients, metrics, weight } = ofShard(run, phase, loss, input, shard)
        weights.push(weight)
        return { metrics: { ...metrics }, gradients: Object.fromEntries(gradients) }
      })
      for (const name in own.metrics) metrics[keyOf(shard, name)] = own.metrics[name]!
      for (const name in own.gradients) add(sums, name, own.gradients[name]!)
      states.add(shard.share)
    }
    states.finish()
  } catch (error) {
    tf.dispose(metrics)
    throw error
  } finally {
    states.dispose()
  }
  return {
    gradients: new Map(Object.entries(sums)),
    metrics,
    weight: totalOf(weights),
    merge: (read) => ({
      ...mergeMetrics(shards, (shard) => metricsOf(read, shard)),
      ...ofBatch(read)
    })
  }
}

const add = (sums: Record<string, tf.Tensor>, name: string, gradient: tf.Tensor) => {
  const before = sums[name]
  sums[name] = before === undefined ? gradient : tf.add(before, gradient)
  if (before !== undefined) tf.dispose([before, gradient])
}

/** The weight of a batch in the epoch's mean, from those of its shards. */
export const totalOf = (weights: ReadonlyArray<number | undefined>): number | undefined =>
  weights.reduce((sum, weight) =>
    sum === undefined || weight === undefined ? undefined : sum + weight
  )

/** Under this name what is measured of a shard is read. */
const keyOf = ({ index }: Shard, name: string) => `${index}:${name}`

const metricsOf = (read: Readonly<Record<string, Measured>>, shard: Shard) => {
  const prefix = keyOf(shard, "")
  const own = Object.keys(read).filter((name) => name.startsWith(prefix))
  return Object.fromEntries(own.map((name) => [name.slice(prefix.length), read[name]!]))
}

/** What is measured of the batch as a whole, the norm of its gradients say. */
const ofBatch = (read: Readonly<Record<string, Measured>>) =>
  Object.fromEntries(Object.entries(read).filter(([name]) => !/^\d+:/.test(name)))

/** The metrics of a batch from those of its shards: the loss is a sum, since each is of a share. */
export const mergeMetrics = (
  shards: ReadonlyArray<Shard>,
  of: (shard: Shard) => Readonly<Record<string, Measured>>
): Record<string, Measured> => {
  const each = shards.map((shard) => ({ size: shard.to - shard.from, read: of(shard) }))
  const names = new Set(each.flatMap(({ read }) => Object.keys(read)))
  const merged: Record<string, Measured> = {}
  for (const name of names) {
    const parts = each.flatMap(({ read, size }) =>
      read[name] === undefined ? [] : [{ measured: read[name], size }]
    )
    merged[name] =
      name === "loss" ? [parts.reduce((sum, { measured }) => sum + measured[0]!, 0)] : join(parts)
  }
  return merged
}
