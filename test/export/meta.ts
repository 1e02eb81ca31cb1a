import { sample } from "../checkpointing/sample.js"

const { meta } = sample(3, 0.25)

/** What a checkpoint says of a model that tells two classes apart. */
export const sampleMeta = {
  ...meta,
  dataset: {
    ...meta.dataset,
    input_shape: [6, 3],
    classes: ["no", "yes"],
    preprocessing: { kind: "standardize", mean: [1], std: [2] }
  },
  outputs: { "": { objective: "classification", activation: "softmax" as const } }
}
