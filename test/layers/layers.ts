import { readFileSync } from "node:fs"
import * as tf from "holdfast/tf"
import { tensor } from "../backends/backends.js"

/** What PyTorch computes: see references.py. */
export interface Attention {
  readonly causal: boolean
  readonly mask: ReadonlyArray<ReadonlyArray<number>> | null
  readonly output: ReadonlyArray<number>
  readonly inputs: ReadonlyArray<ReadonlyArray<number>>
  readonly weights: ReadonlyArray<ReadonlyArray<number>>
}

export const references = JSON.parse(
  readFileSync(new URL("references.json", import.meta.url), "utf8")
) as {
  readonly attention: Readonly<Record<string, Attention>>
  readonly blocks: ReadonlyArray<{
    readonly normalizeFirst: boolean
    readonly output: ReadonlyArray<number>
    readonly input: ReadonlyArray<number>
  }>
  readonly gelu: Readonly<Record<"x" | "y" | "slope", ReadonlyArray<number>>>
}

/** Gives each weight the numbers of its seed. */
export const fill = (
  weights: ReadonlyArray<tf.LayerVariable>,
  seeds: ReadonlyArray<number>
): void =>
  weights.forEach((weight, i) => weight.write(tensor(weight.shape as Array<number>, seeds[i]!)))

/** The output, and the gradients of its product with the numbers of seed 3 by each tensor. */
export const slopes = (by: ReadonlyArray<tf.Tensor>, compute: () => tf.Tensor) => {
  let output: ReadonlyArray<number> = []
  const objective = () => {
    const y = compute()
    output = [...y.dataSync()]
    return tf.sum(tf.mul(y, tensor(y.shape, 3))) as tf.Scalar
  }
  const { grads } = tf.engine().gradients(objective, [...by])
  return { output, gradients: grads.map((one) => [...one.dataSync()]) }
}

/** The largest difference of two lists, as a part of the largest number expected. */
export const difference = (
  found: ReadonlyArray<number>,
  expected: ReadonlyArray<number>
): number =>
  found.length === expected.length
    ? Math.max(...expected.map((value, i) => Math.abs(found[i]! - value))) /
      Math.max(1, ...expected.map(Math.abs))
    : Number.NaN

/** The model that its own JSON describes, with its weights. */
export const again = async (model: tf.LayersModel): Promise<tf.LayersModel> => {
  const saved: Array<tf.io.ModelArtifacts> = []
  const keep = async ({ weightData, ...rest }: tf.io.ModelArtifacts) => {
    saved.push({ ...(JSON.parse(JSON.stringify(rest)) as object), weightData: weightData! })
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } as const }
  }
  await model.save(tf.io.withSaveHandler(keep))
  return tf.loadLayersModel(tf.io.fromMemory(saved[0]!))
}

/** The config of a layer as JSON, without the seeds that nobody gave. */
export const configOf = (layer: tf.layers.Layer): unknown =>
  JSON.parse(
    JSON.stringify(layer.getConfig(), (key, value: unknown) => (key === "seed" ? undefined : value))
  )
