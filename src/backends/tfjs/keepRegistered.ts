import * as tf from "../../tf.js"

/**
 * Imports a package that depends on `@tensorflow/tfjs`, which registers gradients and the kernels of
 * plain JavaScript again: silently, and keeping those that are registered, patched ones included.
 */
export const keepRegistered = async <A>(load: () => Promise<A>): Promise<A> => {
  const kernels = tf.getKernelsForBackend("cpu")
  const gradients = kernelNames().flatMap((name) => tf.getGradient(name) ?? [])
  const production = tf.env().getBool("PROD")
  // Otherwise TensorFlow.js warns of each kernel.
  tf.env().set("PROD", true)
  try {
    return await load()
  } finally {
    for (const kernel of kernels) {
      tf.unregisterKernel(kernel.kernelName, "cpu")
      tf.registerKernel(kernel)
    }
    for (const gradient of gradients) {
      tf.unregisterGradient(gradient.kernelName)
      tf.registerGradient(gradient)
    }
    tf.env().set("PROD", production)
  }
}

/** TensorFlow.js exports the name of each kernel as a constant: `Conv2D` is "Conv2D". */
const kernelNames = (): ReadonlyArray<string> =>
  Object.values(tf).filter((value) => typeof value === "string")
