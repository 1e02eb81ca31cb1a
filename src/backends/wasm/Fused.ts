import type { TensorInfo } from "../../tf.js"
import type { Tools } from "./Kernel.js"

/** The activation that a fused kernel ends with. */
export interface Activation {
  readonly activation?: string | undefined
  readonly leakyreluAlpha?: number | undefined
}

const kernelOf: Readonly<Record<string, string>> = {
  relu: "Relu",
  relu6: "Relu6",
  sigmoid: "Sigmoid",
  elu: "Elu",
  prelu: "Prelu",
  leakyrelu: "LeakyRelu"
}

/** x + bias, if there is one. x is used up. */
export const addBias = (tools: Tools, x: TensorInfo, bias: TensorInfo | undefined): TensorInfo =>
  bias === undefined ? x : replaced(tools, x, tools.run("Add", { a: x, b: bias }))

/** The activation of x, if there is one. x is used up. */
export const activate = (
  tools: Tools,
  x: TensorInfo,
  { activation = "linear", leakyreluAlpha: alpha }: Activation,
  weights: TensorInfo | undefined
): TensorInfo => {
  if (activation === "linear") return x
  const name = kernelOf[activation]
  if (name === undefined) throw new Error(`no fused activation ${activation}`)
  const inputs: Record<string, TensorInfo> = name === "Prelu" ? { x, alpha: weights! } : { x }
  return replaced(tools, x, tools.run(name, inputs, { alpha }))
}

const replaced = (tools: Tools, old: TensorInfo, result: TensorInfo): TensorInfo => {
  tools.heap.free(old)
  return result
}
