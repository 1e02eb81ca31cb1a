import * as tf from "../tf.js"
import type { OutputIdentity } from "../checkpointing/Checkpoint.js"
import type { AnyDataset } from "../data/Dataset.js"
import { layoutOf, type Layout } from "../data/Layout.js"
import type { Target } from "./BatchTensors.js"
import * as mean from "./metric/mean.js"
import type { Accumulator } from "./metric/Metric.js"
import type { Accumulators } from "./metric/MetricStates.js"
import type { AnyObjective, Objective } from "./Objective.js"

/** An output of the model, and what trains it. */
export interface Head {
  /** The name of the output; null for the only one. */
  readonly name: string | null
  /** Which of the model's outputs it is. */
  readonly output: number
  /** Its label. */
  readonly field: Layout["labels"][number]
  readonly objective: Objective
  /** What its loss is multiplied by in the sum. */
  readonly lossWeight: number
}

/** The losses of a batch. */
export interface Losses {
  /** What training minimises: the loss of the only head, or Σ weight × loss over several. */
  readonly total: tf.Scalar
  /** The mean loss of each head. */
  readonly each: ReadonlyArray<tf.Scalar>
}

/** The parts of an objective, one for each output; phases compare no outputs with labels. */
const partsOf = (
  objective: AnyObjective
): ReadonlyArray<Pick<Head, "name" | "objective" | "lossWeight">> =>
  "phases" in objective
    ? []
    : "outputs" in objective
      ? Object.entries(objective.outputs).map(([name, one]) => ({
          name,
          objective: one,
          lossWeight: objective.lossWeights[name]!
        }))
      : [{ name: null, objective, lossWeight: 1 }]

/** What the outputs of a model say, as a checkpoint records it, by name; "" for the only one. */
export const outputIdentities = (
  objective: AnyObjective
): Readonly<Record<string, OutputIdentity>> =>
  Object.fromEntries(
    partsOf(objective).map(({ name, objective: { activation, name: of } }) => [
      name ?? "",
      { objective: of, ...(activation && { activation }) }
    ])
  )

/** Which outputs of a model an objective trains, by the names of all. */
export const trainedOutputs = (
  objective: AnyObjective,
  outputNames: ReadonlyArray<string>
): ReadonlyArray<Omit<Head, "field">> =>
  partsOf(objective).map((part) => ({
    ...part,
    output: part.name === null || outputNames.length === 1 ? 0 : outputNames.indexOf(part.name)
  }))

/** The heads of a model that matches the objective and the data (see `checkModel`). */
export const headsOf = (
  objective: AnyObjective,
  dataset: AnyDataset,
  outputNames: ReadonlyArray<string>
): ReadonlyArray<Head> => {
  const { labels } = layoutOf(dataset)
  return trainedOutputs(objective, outputNames).map((part) => ({
    ...part,
    field: labels.find(({ name }) => name === part.name) ?? labels[0]!
  }))
}

/** The name of what is measured of a head: after that of the output if there are several. */
export const nameOf = (head: Pick<Head, "name">, metric: string): string =>
  head.name === null ? metric : `${head.name}_${metric}`

/** How the metrics of an objective accumulate over batches, by name: `loss` first. */
export const accumulatorsOf = (objective: AnyObjective): Accumulators => {
  const known = accumulators.get(objective) ?? makeAccumulators(objective)
  accumulators.set(objective, known)
  return known
}

// Asked for in every step.
const accumulators = new WeakMap<AnyObjective, Accumulators>()

const makeAccumulators = (objective: AnyObjective): Accumulators => {
  const parts = partsOf(objective)
  const isMulti = parts.some(({ name }) => name !== null)
  const all: Array<readonly [string, Accumulator]> = [["loss", mean.ofMeans("loss")]]
  for (const part of parts) {
    if (isMulti) all.push([nameOf(part, "loss"), mean.ofMeans(nameOf(part, "loss"))])
    for (const metric of part.objective.metrics) all.push([nameOf(part, metric.name), metric])
  }
  if ("phases" in objective) {
    for (const { metrics = [], name } of objective.phases) {
      const loss = `${name}_loss`
      if (objective.phases.length > 1) all.push([loss, mean.ofMeans(loss)])
      for (const metric of metrics) {
        const accumulator = typeof metric === "string" ? mean.ofSums(metric) : metric
        all.push([accumulator.name, accumulator])
      }
    }
  }
  return new Map(all)
}

/** The losses of a batch. Gradients flow through the total. */
export const lossesOf = (
  heads: ReadonlyArray<Head>,
  targets: ReadonlyArray<Target>,
  outputs: ReadonlyArray<tf.Tensor>
): Losses => {
  const each = heads.map((head, i) => headLoss(head, targets[i]!, outputs[head.output]!))
  const [first, ...others] = heads.map(({ lossWeight }, i) =>
    lossWeight === 1 ? each[i]! : tf.mul<tf.Scalar>(each[i]!, lossWeight)
  )
  return { each, total: others.reduce((sum, loss) => tf.add(sum, loss), first!) }
}

const headLoss = ({ objective }: Head, target: Target, output: tf.Tensor): tf.Scalar => {
  const { labels, lossWeights } = target
  if (lossWeights === null) return objective.loss(labels, output)
  const losses = tf.reshape(objective.losses!(labels, output), [-1])
  const sum = tf.sum(tf.mul(losses, tf.reshape(lossWeights.tensor, [-1])))
  // A batch of nothing but padding has no loss.
  return tf.div(sum, lossWeights.sum || 1)
}

/** What is read of a batch beside its loss, by the names of `accumulatorsOf`. */
export const measure = (
  heads: ReadonlyArray<Head>,
  targets: ReadonlyArray<Target>,
  outputs: ReadonlyArray<tf.Tensor>,
  losses: Losses
): Record<string, tf.Tensor> => {
  const measured: Record<string, tf.Tensor> = {}
  heads.forEach((head, i) => {
    const { labels, weights } = targets[i]!
    const output = outputs[head.output]!
    if (head.name !== null)
      measured[nameOf(head, "loss")] = withWeight(losses.each[i]!, targets[i]!)
    for (const metric of head.objective.metrics) {
      measured[nameOf(head, metric.name)] = metric.measure(
        labels,
        output,
        weights === null ? null : weights.tensor
      )
    }
  })
  return measured
}

/** A mean, and what it counts in the mean over the epoch. */
const withWeight = (loss: tf.Scalar, { lossWeights }: Target): tf.Tensor =>
  lossWeights === null ? loss : tf.stack([loss, tf.scalar(lossWeights.sum)])
