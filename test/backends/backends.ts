import type { LayersModel, Tensor } from "holdfast/tf"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Backend, type BackendName } from "../../src/backends/Backend.js"

/** Makes a backend the current one. */
export const use = (name: BackendName): Promise<void> =>
  Effect.runPromise(Effect.void.pipe(Effect.provide(Backend.layer(name))))

/** Numbers in (-1, 1) that follow from the seed: the same on every backend. */
export const numbers = (count: number, seed = 1): Float32Array => {
  let state = seed
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2147483648 - 1
  })
}

export const tensor = (shape: ReadonlyArray<number>, seed = 1): Tensor =>
  tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed
    ),
    [...shape]
  )

/** How far `a` is from `b`, as a part of the length of `b`. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let difference = 0
  let length = 0
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2
    length += b[i]! ** 2
  }
  return a.length === b.length ? Math.sqrt(difference) / (Math.sqrt(length) + 1e-9) : Number.NaN
}

/** Gives a model weights that do not depend on the backend; variances stay positive. */
export const setWeights = (model: LayersModel): void => {
  model.weights.forEach((weight, i) =>
    tf.tidy(() => {
      const values = tensor(weight.shape as Array<number>, i + 1)
      const positive = weight.originalName.includes("variance")
      weight.write(positive ? tf.add(tf.abs(values), 0.5) : tf.mul(values, 0.5))
    })
  )
}

/** Runs `body` while the gradient of a convolution's filter is half as large again as it should be. */
export const withWrongGradient = async <A>(
  backend: BackendName,
  body: () => Promise<A>
): Promise<A> => {
  const right = tf.getKernel("Conv2DBackpropFilter", backend)
  tf.unregisterKernel(right.kernelName, backend)
  tf.registerKernel({
    ...right,
    kernelFunc: (call) =>
      tf.getKernel("Multiply", backend).kernelFunc({
        inputs: { a: right.kernelFunc(call) as tf.TensorInfo, b: tf.scalar(1.5) },
        backend: call.backend
      })
  })
  try {
    return await body()
  } finally {
    tf.unregisterKernel(right.kernelName, backend)
    tf.registerKernel(right)
  }
}
