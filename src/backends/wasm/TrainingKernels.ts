import * as tf from "../../tf.js"
import { onCpu } from "../cpu/CpuFallback.js"
import { withChannelsFirst } from "../tfjs/kernels/ChannelsFirst.js"
import * as Attention from "./Attention.js"
import * as BatchNormalization from "./BatchNormalization.js"
import * as Bias from "./Bias.js"
import * as Convolution from "./Convolution.js"
import * as CrossEntropy from "./CrossEntropy.js"
import * as Depthwise from "./Depthwise.js"
import * as Dropout from "./Dropout.js"
import * as Gather from "./Gather.js"
import * as Gelu from "./Gelu.js"
import * as Heap from "./Heap.js"
import * as Identity from "./Identity.js"
import * as Integers from "./Integers.js"
import { type Kernels, runOn, type Tools } from "./Kernel.js"
import * as LayerNormalization from "./LayerNormalization.js"
import * as Limits from "./Limits.js"
import * as MemoryGuard from "./MemoryGuard.js"
import * as MatMul from "./MatMul.js"
import * as Pooling from "./Pooling.js"
import * as Recurrent from "./Recurrent.js"
import * as Reduction from "./Reduction.js"
import * as Relu from "./Relu.js"
import * as Simd from "./Simd.js"
import * as Slice from "./Slice.js"
import * as Statistics from "./Statistics.js"
import * as Update from "./Update.js"

/** Kernels that the stock backend lacks or gets wrong, and that are too rare for one of our own. */
const rare = [
  "Conv3DBackpropInputV2",
  "Conv3DBackpropFilterV2",
  "MaxPool3D",
  "MaxPool3DGrad",
  "MaxPoolWithArgmax"
]

const families: ReadonlyArray<(tools: Tools) => Kernels> = [
  MatMul.kernels,
  (tools) => withChannelsFirst(tools, Convolution.kernels(tools)),
  (tools) => withChannelsFirst(tools, Depthwise.kernels(tools)),
  Pooling.kernels,
  Reduction.kernels,
  Recurrent.kernels,
  Gather.kernels,
  Limits.kernels,
  Integers.kernels,
  Slice.kernels,
  Identity.kernels,
  Relu.kernels,
  Bias.kernels,
  BatchNormalization.kernels,
  LayerNormalization.kernels,
  Attention.kernels,
  Gelu.kernels,
  CrossEntropy.kernels,
  Dropout.kernels,
  Statistics.kernels,
  () => Object.fromEntries(rare.map((name) => [name, onCpu(name)])),
  Update.kernels
]

let tools: Tools | undefined

/**
 * Registers the kernels that training needs on the WebAssembly backend, which must be ready: missing
 * ones, corrections of wrong ones, and faster ones. Runs once per process.
 */
export const install = (): Tools => {
  if (tools !== undefined) return tools
  const backend = tf.engine().findBackend("wasm")
  const heap = Heap.make(backend)
  const stock: Tools["stock"] = (name) => tf.getKernel(name, "wasm").kernelFunc
  const installed: Tools = { heap, simd: Simd.instantiate(heap.memory), stock, run: runOn(backend) }
  for (const [name, kernel] of families.flatMap((family) => Object.entries(family(installed)))) {
    replace(name, kernel)
  }
  MemoryGuard.install(backend)
  Relu.registerGradient()
  Bias.registerGradient()
  BatchNormalization.registerGradient()
  LayerNormalization.registerGradient()
  Attention.registerGradient()
  Gelu.registerGradient()
  CrossEntropy.registerGradient()
  Dropout.registerGradient()
  Statistics.registerGradient()
  tools = installed
  return installed
}

const replace = (kernelName: string, kernelFunc: Kernels[string]): void => {
  const old = tf.getKernel(kernelName, "wasm")
  if (old !== undefined && old !== null) tf.unregisterKernel(kernelName, "wasm")
  tf.registerKernel({ ...old, kernelName, backendName: "wasm", kernelFunc })
}
