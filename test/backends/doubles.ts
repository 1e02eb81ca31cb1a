import * as tf from "holdfast/tf"

/**
 * Runs `body`, which must be synchronous, with `Float32Array` standing for arrays of doubles: the
 * plain JavaScript backend then computes in double precision.
 */
export const inDoubles = <A>(body: () => A): A => {
  const single = globalThis.Float32Array
  const { platform } = tf.env()
  const { isTypedArray } = platform
  Object.assign(globalThis, { Float32Array: Float64Array })
  platform.isTypedArray = (value): value is Float32Array => ArrayBuffer.isView(value)
  try {
    return body()
  } finally {
    platform.isTypedArray = isTypedArray
    Object.assign(globalThis, { Float32Array: single })
  }
}
