import type { LabelledBatch } from "../data/Batch.js"
import type { AnyDataset } from "../data/Dataset.js"
import { layoutOf } from "../data/Layout.js"
import { inputNamesOf, inputsOf, outputNamesOf, outputsOf, targetOf } from "./BatchTensors.js"
import { headsOf, lossesOf, measure } from "./Heads.js"
import type { AnyObjective } from "./Objective.js"
import type { LossFunction, Models } from "./Phase.js"

/** The loss and the metrics of an objective on the outputs of a run's only model. */
export const supervised = (
  objective: AnyObjective,
  dataset: AnyDataset,
  model: Models[string]
): LossFunction<Models, LabelledBatch> => {
  const layout = layoutOf(dataset)
  const heads = headsOf(objective, dataset, outputNamesOf(model))
  const inputNames = inputNamesOf(model)
  return ({ batch, training }) => {
    const inputs = inputsOf(layout.inputs, batch.inputs, batch.size, inputNames)
    const targets = heads.map((head) => targetOf(head, batch))
    const outputs = outputsOf(model, inputs, training)
    const losses = lossesOf(heads, targets, outputs)
    return {
      loss: losses.total,
      weight: heads.length === 1 ? targets[0]!.lossWeights?.sum : undefined,
      metrics: measure(heads, targets, outputs, losses)
    }
  }
}
