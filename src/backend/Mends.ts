import * as Dilation from "./gradients/Dilation.js"
import * as BatchNormalization from "./layers/BatchNormalization.js"

let installed = false

/** Mends what is wrong or missing in TensorFlow.js itself, whatever the backend. Once a process. */
export const install = (): void => {
  if (installed) return
  installed = true
  Dilation.register()
  BatchNormalization.patch()
}
