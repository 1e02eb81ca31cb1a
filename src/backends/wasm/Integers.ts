import type { TensorInfo } from "../../tf.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

/**
 * What the stock kernels get wrong for integers and truth values, by way of another type: they take an
 * integer for the bits of a float, and truth values, of a byte each, for floats of four, which reads and
 * writes beyond them.
 */
export const kernels = (tools: Tools): Kernels => ({
  ...Object.fromEntries(
    ["Neg", "Abs", "Relu", "Step", "Sign"].map((name) => [
      name,
      by(tools, name, ["x"], "int32", "bool")
    ])
  ),
  StridedSlice: by(tools, "StridedSlice", ["x"], "int32", "bool", labelled),
  Reverse: by(tools, "Reverse", ["x"], "int32", "bool"),
  Select: by(tools, "Select", ["t", "e"], "int32", "bool"),
  IsNan: by(tools, "IsNan", ["x"], "float32"),
  IsInf: by(tools, "IsInf", ["x"], "float32"),
  IsFinite: by(tools, "IsFinite", ["x"], "float32")
})

/** The kernel, whose result is of the type of x; the stock one calls all that it copies float32. */
const labelled = ({ heap }: Tools, compute: Kernels[string]): Kernels[string] =>
  kernel<"x">((call) => {
    const y = compute(call as never) as TensorInfo
    if (call.inputs.x.dtype !== "int32" || y.dtype === "int32") return y
    const out = heap.output(y.shape, "int32")
    const { buffer, byteOffset, length } = heap.floats(y)
    heap.integers(out).set(new Int32Array(buffer, byteOffset, length))
    heap.free(y)
    return out
  })

/**
 * The stock kernel on those of its inputs that are named, cast to `dtype`; with `result`, for inputs of
 * that type alone, and its output cast back.
 */
const by = (
  tools: Tools,
  name: string,
  cast: ReadonlyArray<string>,
  dtype: string,
  result?: string,
  wrapped: typeof labelled = (_, compute) => compute
): Kernels[string] => {
  const compute = wrapped(tools, tools.stock(name))
  const { heap, run } = tools
  return kernel<string>(({ inputs, ...call }) => {
    const on = (given: typeof inputs) => compute({ ...call, inputs: given } as never) as TensorInfo
    const own = inputs[cast[0]!]!.dtype
    if (own === dtype || (result !== undefined && own !== result)) return on(inputs)
    const made = cast.map((key) => [key, run("Cast", { x: inputs[key]! }, { dtype })] as const)
    const y = on({ ...inputs, ...Object.fromEntries(made) })
    for (const [, tensor] of made) heap.free(tensor)
    if (result === undefined) return y
    const back = run("Cast", { x: y }, { dtype: result })
    heap.free(y)
    return back
  })
}
