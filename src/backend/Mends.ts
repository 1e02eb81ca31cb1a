import * as Dilation from "./gradients/Dilation.js"
import * as EinsumGradient from "./gradients/Einsum.js"
import * as Repetition from "./gradients/Repetition.js"
import * as BatchMatMul from "./kernels/BatchMatMul.js"
import * as Einsum from "./kernels/Einsum.js"
import * as EmptyReduction from "./kernels/EmptyReduction.js"
import * as Pad from "./kernels/Pad.js"
import * as Padding from "./kernels/Padding.js"
import * as ActivityRegularizer from "./layers/ActivityRegularizer.js"
import * as BatchNormalization from "./layers/BatchNormalization.js"
import * as Convolution from "./layers/Convolution.js"
import * as LayerNormalization from "./layers/LayerNormalization.js"
import * as Recurrent from "./layers/Recurrent.js"
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
  Dilation.register()
  EinsumGradient.register()
  Repetition.register()
  ActivityRegularizer.patch()
  BatchNormalization.patch()
  Convolution.patch()
  LayerNormalization.patch()
  Recurrent.patch()
  ThresholdedReLU.patch()
}
