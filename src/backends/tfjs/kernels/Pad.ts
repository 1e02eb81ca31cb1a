import type { KernelFunc, TensorInfo } from "../../../tf.js"
import { release, run, wrap } from "./Wrapping.js"

interface Attrs {
  readonly paddings: ReadonlyArray<readonly [number, number]>
}

/**
 * Has negative padding take away, as in PyTorch: plain JavaScript mixes up the rows then, and WebAssembly
 * reads and writes elsewhere.
 */
export const install = (backendName: string): void =>
  wrap("PadV2", backendName, (stock) => cropping(stock, backendName))

const cropping =
  (stock: KernelFunc, backendName: string): KernelFunc =>
  (call) => {
    const { paddings } = call.attrs as unknown as Attrs
    if (paddings.every(([before, after]) => before >= 0 && after >= 0)) return stock(call)
    const { x } = call.inputs as unknown as { readonly x: TensorInfo }
    const begin = paddings.map(([before]) => Math.max(0, -before))
    const size = paddings.map(([, after], i) => x.shape[i]! - begin[i]! + Math.min(0, after))
    const part = run("Slice", backendName, call.backend, { x }, { begin, size })
    const rest = paddings.map(([before, after]) => [Math.max(0, before), Math.max(0, after)])
    const padded = stock({
      ...call,
      inputs: { x: part },
      attrs: { ...call.attrs, paddings: rest } as never
    })
    release(call.backend, part)
    return padded
  }
