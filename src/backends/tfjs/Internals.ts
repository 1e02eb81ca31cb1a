import * as tf from "../../tf.js"
import type { BackendName } from "../BackendName.js"

/** The version of TensorFlow.js whose internals Holdfast relies on. */
export const version = "4.22.0"

/** Something that Holdfast uses of TensorFlow.js and that its documentation does not promise. */
export interface Internal {
  /** The part of TensorFlow.js, and for a backend the runs that need it. */
  readonly of: "core" | "layers" | Exclude<BackendName, "tensorflow">
  readonly name: string
  /** What Holdfast uses it for. */
  readonly use: string
  readonly isThere: () => boolean
}

/** The value at a path of names in an object, undefined where it ends early. */
const at = (root: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root)

const isFunction = (root: () => unknown, path: string) => () =>
  typeof at(root(), path) === "function"

const ofCore = (name: string, use: string): Internal => ({
  of: "core",
  name,
  use,
  isThere: isFunction(() => tf.engine(), name)
})

const ofClass = (className: string, use: string): Internal => ({
  of: "layers",
  name: `${className}.call`,
  use,
  isThere: () => {
    const found = tf.serialization.SerializationMap.getMap().classNameMap[className]
    return found !== undefined && typeof at(found[0].prototype, "call") === "function"
  }
})

const ofBackend =
  (of: "wasm" | "cpu" | "webgpu") =>
  (name: string, use: string, isThere?: () => boolean): Internal => ({
    of,
    name,
    use,
    isThere: isThere ?? isFunction(() => tf.findBackend(of), name)
  })

const [wasm, cpu, webgpu] = [ofBackend("wasm"), ofBackend("cpu"), ofBackend("webgpu")]
const tape = "save tensors for gradients at less cost"
const step = "run kernels, gradients and `tidy` at less cost"
const heap = "allocate, share and read the backend's memory in our kernels"

/** Everything that is relied on, by the part that it belongs to. */
export const internals: ReadonlyArray<Internal> = [
  ofCore("findBackend", "reach a backend's own methods"),
  ofCore("runKernel", "run our kernels by name"),
  ofCore(
    "gradients",
    "try a layer's gradients, also for weights that none reaches; compute them at less cost"
  ),
  ofCore("tidy", step),
  ofCore("startScope", step),
  ofCore("endScope", step),
  ofCore("track", step),
  ofCore("startTape", step),
  ofCore("endTape", step),
  {
    of: "core",
    name: "state.scopeStack, state.nextTapeNodeId, state.kernelDepth, ENV.flags",
    use: step,
    isThere: () =>
      Array.isArray(at(tf.engine(), "state.scopeStack")) &&
      ["state.nextTapeNodeId", "state.kernelDepth", "state.gradientDepth"].every(
        (path) => typeof at(tf.engine(), path) === "number"
      ) &&
      at(tf.engine(), "ENV.flags") !== undefined
  },
  ofCore("addTapeNode", tape),
  ofCore("clone", tape),
  ofCore("makeTensorFromTensorInfo", tape),
  {
    of: "core",
    name: "gradients of Sum, Mean, Relu, Conv2D, DepthwiseConv2dNative, BatchMatMul",
    use: "replace them by correct or faster ones",
    isThere: () =>
      ["Sum", "Mean", "Relu", "Conv2D", "DepthwiseConv2dNative", "BatchMatMul"].every(
        (name) => tf.getGradient(name) !== undefined
      )
  },
  ofClass("Conv2D", "causal padding, dilation, bias and ReLU in one kernel"),
  ofClass("DepthwiseConv2D", "bias and ReLU in one kernel"),
  ofClass("BatchNormalization", "train over any axis, without scale or centre"),
  ofClass("LayerNormalization", "one kernel on WebAssembly"),
  ofClass("Dense", "bias and ReLU in one kernel"),
  ofClass("Dropout", "one kernel on WebAssembly"),
  ofClass("LSTM", "one kernel on WebAssembly"),
  ofClass("GRU", "one kernel on WebAssembly"),
  ofClass("GRUCell", "resetAfter"),
  ofClass("RNN", "new dropout masks for each batch"),
  ofClass("ThresholdedReLU", "a gradient"),
  {
    of: "layers",
    name: "layer factories in tf.layers",
    use: "refuse an activityRegularizer, which would have no effect",
    isThere: () => Object.keys(tf.layers).some((name) => name === "dense")
  },
  {
    of: "layers",
    name: "Layer.calculateLosses, Layer.losses",
    use: "add each penalty once",
    isThere: isFunction(() => tf.layers.Layer.prototype, "calculateLosses")
  },
  {
    of: "layers",
    name: "Layer.apply, Container.call",
    use: "have each layer see the mask of its own input",
    isThere: () =>
      typeof tf.layers.Layer.prototype.apply === "function" &&
      typeof at(Object.getPrototypeOf(tf.LayersModel.prototype), "call") === "function"
  },
  wasm("dataIdMap.get", heap),
  wasm(
    "dataIdNextNumber",
    heap,
    () => typeof at(tf.findBackend("wasm"), "dataIdNextNumber") === "number"
  ),
  wasm("makeOutput", heap),
  wasm("disposeData", heap),
  wasm("incRef", heap),
  wasm("typedArrayFromHeap", "save tensors without a copy"),
  wasm("wasm.asm.memory", heap, () => at(tf.findBackend("wasm"), "wasm.asm.memory") !== undefined),
  wasm("wasm._malloc", "notice that memory has run out"),
  wasm("wasm._free", heap),
  wasm("wasm.tfjs.registerTensor", heap),
  wasm("wasm.tfjs.disposeData", heap),
  cpu("data.get", "correct its gradients, and lend its kernels to WebAssembly"),
  cpu("makeTensorInfo", "correct its gradients, and lend its kernels to WebAssembly"),
  cpu("disposeIntermediateTensorInfo", "lend its kernels to WebAssembly"),
  webgpu("runWebGPUProgram", "run our own shaders"),
  webgpu("makeTensorInfo", "run our own shaders"),
  webgpu("disposeData", "run our own shaders")
]

/** The versions of TensorFlow.js' parts that are loaded, where they are not the one relied on. */
export const otherVersions = (
  found: Readonly<Record<string, string>> = {
    "@tensorflow/tfjs-core": tf.version_core,
    "@tensorflow/tfjs-layers": tf.version_layers
  }
): ReadonlyArray<string> =>
  Object.entries(found).flatMap(([name, own]) => (own === version ? [] : [`${name} ${own}`]))

/** What a backend, which must be ready, or the parts that all share lack. */
export const missing = (
  backendName: string,
  all: ReadonlyArray<Internal> = internals
): ReadonlyArray<string> =>
  all
    .filter(({ of }) => of === "core" || of === "layers" || of === backendName)
    .filter(({ isThere }) => !isThere())
    .map(({ of, name }) => `${name} (${of})`)
