import type { Tensor, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { type Engine, engine, type GradFunc, type TapeNode } from "./Engine.js"

/**
 * Has a kernel on WebAssembly run without what TensorFlow.js does around each: three searches for it, and two for
 * its gradient, checks for debugging, and a dozen closures. What a kernel saves for its gradient is another
 * reference to the same data; it is noted on the tape only where gradients of gradients may pass through.
 * Of our kernels with several outputs the gradient is not given zeros, made and uploaded, for those without one.
 */
export const patch = (): void => {
  const target = engine()
  const { clone, runKernel } = target
  target.clone = function (this: Engine, x) {
    if (this.backendName !== "wasm" || x.dtype === "string") return clone.call(this, x)
    this.backend.incRef(x.dataId)
    const y = this.makeTensorFromTensorInfo(x)
    if (this.state.gradientDepth > 1) {
      const gradients: GradFunc = (dy) => ({ x: () => tf.cast(dy as Tensor, "float32") })
      this.addTapeNode(this.state.activeScope?.name ?? "", { x }, [y], gradients, [], {})
    }
    return y
  }
  target.runKernel = function (this: Engine, name, inputs, attrs) {
    const { state } = this
    const { flags } = this.ENV
    const kernel = this.backendName === "wasm" ? tf.getKernel(name, "wasm") : null
    if (kernel == null || state.profiling || flags["DEBUG"] === true || flags["IS_TEST"] === true) {
      return runKernel.call(this, name, inputs, attrs)
    }
    const isTapeOn = state.gradientDepth > 0 && state.kernelDepth === 0
    const gradient = isTapeOn ? tf.getGradient(name) : undefined
    let outputs: Array<Tensor>
    let isOne = false
    let saved: ReadonlyArray<Tensor> = []
    state.kernelDepth += 1
    try {
      const out = kernel.kernelFunc({ inputs, attrs: attrs as never, backend: this.backend })
      isOne = !Array.isArray(out)
      outputs = isOne
        ? [tensorOf(this, out as TensorInfo)]
        : (out as Array<TensorInfo>).map((one) => tensorOf(this, one))
      if (gradient != null) saved = save(this, gradient, inputs, outputs)
    } finally {
      state.kernelDepth -= 1
    }
    if (isTapeOn) note(this, name, inputs, outputs, gradient?.gradFunc as GradFunc, saved, attrs)
    return isOne ? outputs[0]! : outputs
  }
}

/** Some kernels give tensors already. */
const tensorOf = (engine: Engine, out: TensorInfo): Tensor =>
  (out as Tensor).rank == null ? engine.makeTensorFromTensorInfo(out) : (out as Tensor)

const save = (
  engine: Engine,
  { inputsToSave = [], outputsToSave = [], saveAllInputs = false }: tf.GradConfig,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: ReadonlyArray<Tensor>
): ReadonlyArray<Tensor> => {
  const saved: Array<Tensor> = []
  const keep = (tensor: Tensor) => saved.push(tf.keep(engine.clone(tensor)))
  for (const name of saveAllInputs ? Object.keys(inputs) : inputsToSave) keep(inputs[name]!)
  for (let i = 0; i < outputs.length; i++) if (outputsToSave[i] === true) keep(outputs[i]!)
  return saved
}

const note = (
  engine: Engine,
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: ReadonlyArray<Tensor>,
  gradFunc: GradFunc | undefined,
  saved: ReadonlyArray<Tensor>,
  attrs: object
): void => {
  const isOne = outputs.length === 1
  if (!isOne && !name.startsWith("Holdfast")) {
    return engine.addTapeNode(name, inputs, outputs, null, saved, attrs)
  }
  const { state } = engine
  const node: TapeNode = { id: state.nextTapeNodeId++, kernelName: name, inputs, outputs, saved }
  if (gradFunc !== undefined) {
    node.gradient = (dys) =>
      gradFunc(isOne ? (dys[0] ?? tf.zerosLike(outputs[0]!)) : dys, saved, attrs)
  }
  state.activeTape!.push(node)
}
