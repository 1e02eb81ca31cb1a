import * as Dilation from "./gradients/Dilation.js"
import * as Repetition from "./gradients/Repetition.js"
import * as ActivityRegularizer from "./layers/ActivityRegularizer.js"
import * as BatchNormalization from "./layers/BatchNormalization.js"
import * as Convolution from "./layers/Convolution.js"
import * as LayerNormalization from "./layers/LayerNormalization.js"
import * as Recurrent from "./layers/Recurrent.js"
import * as ThresholdedReLU from "./layers/ThresholdedReLU.js"

let installed = false

/** Mends what is wrong or missing in TensorFlow.js itself, whatever the backend. Once a process. */
export const install = (): void => {
  if (installed) return
  installed = true
  Dilation.register()
  Repetition.register()
  ActivityRegularizer.patch()
  BatchNormalization.patch()
  Convolution.patch()
  LayerNormalization.patch()
  Recurrent.patch()
  ThresholdedReLU.patch()
}
