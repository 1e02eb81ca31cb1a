import type { Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"

/** The backends on which a tensor is repeated faster than one of ones is made and multiplied. */
const backends = ["wasm", "webgpu"]

/**
 * Has the gradient of a sum or a mean repeat what comes back; TensorFlow.js multiplies it by a tensor
 * of ones, which it makes each time, and uploads to a graphics processor.
 */
export const register = (): void => {
  for (const name of ["Sum", "Mean"]) {
    const stock = tf.getGradient(name)
    tf.unregisterGradient(name)
    tf.registerGradient({
      ...stock,
      gradFunc: (dy, saved, attrs) => {
        if (!backends.includes(tf.getBackend())) return stock.gradFunc(dy, saved, attrs)
        const { shape } = saved[0]!
        const axes = tf.util.parseAxisParam(attrs["axis"] as Array<number>, shape)
        const reps = shape.map((length, axis) => (axes.includes(axis) ? length : 1))
        const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
        const share = (): Tensor =>
          name === "Mean" ? tf.div(dy as Tensor, tf.util.sizeFromShape(reps)) : (dy as Tensor)
        return { x: () => tf.tile(tf.reshape(share(), kept), reps) }
      }
    })
  }
}
