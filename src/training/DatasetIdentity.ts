import type { DatasetIdentity } from "../checkpointing/Checkpoint.js"
import type { AnyDataset } from "../data/Dataset.js"
import { layoutOf, type Field, type Layout } from "../data/Layout.js"
import { known } from "../data/Order.js"
import type { ModelInput } from "./RunParts.js"

/** What a checkpoint records of a dataset. */
export const identityOf = (dataset: AnyDataset): DatasetIdentity => {
  const [input] = layoutOf(dataset).inputs
  return {
    name: dataset.name,
    fingerprint: dataset.fingerprint,
    input_shape: dataset.inputShape ?? [],
    classes: dataset.classes ?? [],
    sizes: {
      train: known(dataset.train.size),
      validation: known(dataset.validation.size),
      test: known(dataset.test.size)
    },
    ...(dataset.inputs && { inputs: dataset.inputs }),
    ...(dataset.labels && { labels: dataset.labels }),
    ...(input?.name === null && isSpecial(input) && { input: withoutName(input) }),
    ...(dataset.preprocessing && { preprocessing: dataset.preprocessing })
  }
}

const isSpecial = ({ dtype = "float32", normalization }: Field): boolean =>
  dtype !== "float32" || normalization !== undefined

const withoutName = ({ name: _name, ...field }: Layout["inputs"][number]): Field => field

/** The inputs of the dataset that a checkpoint records. */
export const inputsOf = ({ input, input_shape, inputs }: DatasetIdentity): Layout["inputs"] =>
  inputs === undefined
    ? [{ ...(input ?? { shape: input_shape }), name: null }]
    : Object.entries(inputs).map(([name, field]) => ({ ...field, name }))

/** What a model for such data is built from. */
export const modelInput = <C>(
  config: C,
  { classes, input_shape, inputs = {}, labels = {} }: DatasetIdentity
): ModelInput<C> => ({ config, inputShape: input_shape, classes, inputs, labels })
