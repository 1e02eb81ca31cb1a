import type { KernelFunc, TensorInfo } from "../../../tf.js"
import { kernel, type Kernels, type Tools } from "../../wasm/Kernel.js"
import { explicit, type Pad } from "./Padding.js"

interface Attrs {
  readonly dataFormat?: "NHWC" | "NCHW"
  readonly pad: Pad
  readonly inputShape?: ReadonlyArray<number>
}

const last = [0, 2, 3, 1]
const first = [0, 3, 1, 2]
const moved = <A>(axes: ReadonlyArray<A>, order: ReadonlyArray<number>): Array<A> =>
  order.map((axis) => axes[axis]!)

/** What is used of a backend. */
interface Used extends Pick<Tools, "run"> {
  readonly heap: Pick<Tools["heap"], "free">
}

/** Convolutions of images whose channels come first ("NCHW"), by those whose channels come last. */
export const withChannelsFirst = (tools: Used, kernels: Kernels): Kernels =>
  Object.fromEntries(
    Object.entries(kernels).map(([name, compute]) => [name, channelsFirst(tools, name, compute)])
  )

const channelsFirst = (tools: Used, name: string, compute: KernelFunc): KernelFunc =>
  kernel<string, Attrs>((call) => {
    const { dataFormat, pad, inputShape } = call.attrs
    if (dataFormat !== "NCHW") return compute(call as never)
    const made: Array<TensorInfo> = []
    const transposed = (x: TensorInfo, perm: ReadonlyArray<number>): TensorInfo => {
      const result = tools.run("Transpose", { x }, { perm })
      made.push(result)
      return result
    }
    const inputs = Object.entries(call.inputs).map(([key, x]) => {
      if (key === "x" || key === "dy") return [key, transposed(x, last)]
      return [key, key !== "filter" && x?.shape.length === 3 ? transposed(x, [1, 2, 0]) : x]
    })
    const sides = explicit(pad, "NCHW")
    const attrs = {
      ...call.attrs,
      dataFormat: "NHWC",
      pad: typeof sides === "object" ? moved(sides, last) : sides,
      ...(inputShape && { inputShape: moved(inputShape, last) })
    }
    const result = compute({ ...call, inputs: Object.fromEntries(inputs), attrs } as never)
    const ofFilter = name.endsWith("BackpropFilter")
    const out = ofFilter ? (result as TensorInfo) : transposed(result as TensorInfo, first)
    if (!ofFilter) tools.heap.free(result as TensorInfo)
    for (const tensor of made) if (tensor !== out) tools.heap.free(tensor)
    return out
  })
