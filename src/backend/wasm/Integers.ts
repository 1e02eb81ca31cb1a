import { type Kernels, kernel, type Tools } from "./Kernel.js"

/**
 * What the stock kernels get wrong for integers and truth values, by way of another type: they take an
 * integer for the bits of a float, and reverse truth values, of a byte each, four bytes at a time.
 */
export const kernels = (tools: Tools): Kernels => ({
  Reverse: by(tools, "Reverse", { bool: "int32" }, "bool"),
  IsNan: by(tools, "IsNan", { int32: "float32", bool: "float32" }),
  IsInf: by(tools, "IsInf", { int32: "float32", bool: "float32" }),
  IsFinite: by(tools, "IsFinite", { int32: "float32", bool: "float32" })
})

/** The stock kernel on what x is cast to if it is of a type in `types`; cast to `result` afterwards. */
const by = (
  { heap, run, stock }: Tools,
  name: string,
  types: Readonly<Record<string, string>>,
  result?: string
): Kernels[string] => {
  const compute = stock(name)
  return kernel<"x">((call) => {
    const { x } = call.inputs
    const dtype = types[x.dtype]
    if (dtype === undefined) return compute(call as never) as typeof x
    const cast = run("Cast", { x }, { dtype })
    const y = compute({ ...call, inputs: { x: cast } } as never) as typeof x
    heap.free(cast)
    if (result === undefined) return y
    const back = run("Cast", { x: y }, { dtype: result })
    heap.free(y)
    return back
  })
}
