import * as Either from "effect/Either"
import type { SourceTensor } from "../SourceTensor.js"

const parts = ["query", "key", "value"] as const

/**
 * PyTorch's nn.MultiheadAttention keeps the projections of queries, keys and values in one tensor,
 * `in_proj_weight` [3 · width, width] and `in_proj_bias`, or as `q_proj_weight` and so on: each as the linear
 * layer that it stands for. Other tensors as they are.
 */
export const withAttentionParts = (tensor: SourceTensor): ReadonlyArray<SourceTensor> => {
  const { module, name, parameter, read, shape } = tensor
  const single = /^([qkv])_proj_weight$/.exec(parameter)?.[1]
  if (single !== undefined) {
    const part = parts["qkv".indexOf(single)]!
    return [{ ...tensor, module: `${module}.${part}`, parameter: "weight" }]
  }
  const joined = /^in_proj_(weight|bias)$/.exec(parameter)?.[1]
  const [rows = 0, ...row] = shape
  if (joined === undefined || rows % parts.length !== 0) return [tensor]
  return parts.map((part, i) => ({
    name: `${name} (${part})`,
    module: `${module}.${part}`,
    parameter: joined,
    shape: [rows / parts.length, ...row],
    read: () =>
      Either.map(read(), (values) => {
        const length = values.length / parts.length
        return values.subarray(i * length, (i + 1) * length)
      })
  }))
}
