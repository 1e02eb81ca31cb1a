import type { Tensor, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"

type Gradients = (
  dy: Tensor | Array<Tensor | null>,
  saved: Array<Tensor>,
  attrs: object
) => Readonly<Record<string, () => Tensor>>

/** What is used of the engine, which hides it. */
interface Engine {
  readonly state: {
    readonly activeScope: { readonly name: string } | null
    readonly activeTape: Array<{ gradient?: (dys: Array<Tensor | null>) => unknown }>
  }
  readonly backendName: string
  readonly backend: { readonly incRef: (dataId: object) => void }
  readonly makeTensorFromTensorInfo: (info: TensorInfo) => Tensor
  clone: (x: Tensor) => Tensor
  addTapeNode: (
    kernelName: string,
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Array<Tensor>,
    gradients: Gradients | null,
    saved: Array<Tensor>,
    attrs: object
  ) => void
}

/**
 * Has the tape cost less on WebAssembly. A tensor that is saved for the gradient is another reference to
 * the same data, for which TensorFlow.js runs a kernel; of our kernels with several outputs, all but the
 * first have no gradient, in place of which it makes and uploads a tensor of zeros each.
 */
export const patch = (): void => {
  const engine = tf.engine() as unknown as Engine
  const { addTapeNode, clone } = engine
  engine.clone = function (this: Engine, x) {
    if (this.backendName !== "wasm" || x.dtype === "string") return clone.call(this, x)
    this.backend.incRef(x.dataId)
    const { dataId, dtype, shape } = x
    const y = this.makeTensorFromTensorInfo({ dataId, dtype, shape: [...shape] })
    const gradients = (dy: unknown) => ({ x: () => tf.cast(dy as Tensor, "float32") })
    this.addTapeNode(this.state.activeScope?.name ?? "", { x }, [y], gradients, [], {})
    return y
  }
  engine.addTapeNode = function (
    this: Engine,
    kernelName,
    inputs,
    outputs,
    gradients,
    saved,
    attrs
  ) {
    addTapeNode.call(this, kernelName, inputs, outputs, gradients, saved, attrs)
    if (outputs.length === 1 || !kernelName.startsWith("Holdfast")) return
    const own = tf.getGradient(kernelName)?.gradFunc as Gradients | undefined
    const node = this.state.activeTape.at(-1)!
    if (own !== undefined) node.gradient = (dys) => own(dys, saved, attrs)
  }
}
