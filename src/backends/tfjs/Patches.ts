import * as DilationGradient from "./gradients/DilationGradient.js"
import * as EinsumGradient from "./gradients/EinsumGradient.js"
import * as ReductionGradients from "./gradients/ReductionGradients.js"
import * as BatchMatMul from "./kernels/BatchMatMul.js"
import * as Einsum from "./kernels/Einsum.js"
import * as EmptyReduction from "./kernels/EmptyReduction.js"
import * as Pad from "./kernels/Pad.js"
import * as Padding from "./kernels/Padding.js"
import * as ActivityRegularizer from "./layers/ActivityRegularizer.js"
import * as BatchNormalizationLayer from "./layers/BatchNormalizationLayer.js"
import * as ConvolutionLayer from "./layers/ConvolutionLayer.js"
import * as LayerNormalizationLayer from "./layers/LayerNormalizationLayer.js"
import * as RecurrentLayer from "./layers/RecurrentLayer.js"
import * as ThresholdedReLU from "./layers/ThresholdedReLU.js"

/** Those whose kernels are JavaScript's or ours; native TensorFlow has its own. */
const ours = ["cpu", "wasm", "webgpu"]

const installed = new Set<string>()

/** Mends what is wrong or missing in TensorFlow.js itself, on the backend named. Once a process each. */
export const install = (backendName: string): void => {
  if (installed.has(backendName)) return
  if (installed.size === 0) installEverywhere()
  installed.add(backendName)
  if (!ours.includes(backendName)) return
  BatchMatMul.install(backendName)
  Einsum.install(backendName)
  EmptyReduction.install(backendName)
  Pad.install(backendName)
  Padding.install(backendName)
}

const installEverywhere = (): void => {
  BatchMatMul.registerGradient()
  DilationGradient.register()
  EinsumGradient.register()
  ReductionGradients.register()
  ActivityRegularizer.patch()
  BatchNormalizationLayer.patch()
  ConvolutionLayer.patch()
  LayerNormalizationLayer.patch()
  RecurrentLayer.patch()
  ThresholdedReLU.patch()
}
