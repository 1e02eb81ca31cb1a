import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import * as tf from "holdfast/tf"
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm"
import * as Effect from "effect/Effect"
import { Backend } from "../../src/backends/Backend.js"
import { isBackendName, type BackendName } from "../../src/backends/BackendName.js"
import { softmaxCrossEntropy } from "../../src/backends/Losses.js"
import * as Optimizer from "../../src/training/Optimizer.js"
import { classes, make, type NetworkName } from "./networks.js"

/** Our step on a backend, or TensorFlow.js as it is, on its WebAssembly. */
export type Variant = BackendName | "stock"

/** Fails where the backend is not available. */
export const startBackend = async (variant: string): Promise<Variant> => {
  if (variant === "stock") {
    const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")
    setWasmPaths(join(dirname(main), "..", "wasm-out", "/"))
    await tf.setBackend("wasm")
    return variant
  }
  if (!isBackendName(variant)) throw new Error(`${variant} is neither stock nor a backend`)
  await Effect.runPromise(Effect.void.pipe(Effect.provide(Backend.layer(variant))))
  return variant
}

const learningRate = 1e-5

/** A step with Adam on one batch, after which the loss is read back. */
export const stepOf = (variant: Variant, name: NetworkName): (() => Promise<void>) => {
  const { model, inputs, labels } = make(name)
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  const predict = () => model.apply(inputs, { training: true }) as tf.Tensor
  const ourLoss = () => softmaxCrossEntropy(labels, predict())
  const oneHot = tf.oneHot(labels, classes)
  const stockLoss = () => tf.losses.softmaxCrossEntropy(oneHot, predict()) as tf.Scalar

  const optimizer = Optimizer.chain(Optimizer.adam.make())(
    new Map(weights.map((weight) => [weight.name, weight]))
  )
  const ourStep = (): tf.Scalar => {
    const { value, grads } = tf.variableGrads(ourLoss, weights)
    optimizer.apply(new Map(Object.entries(grads)), learningRate)
    return value
  }

  const stockOptimizer = tf.train.adam(learningRate)
  const stockStep = (): tf.Scalar => stockOptimizer.minimize(stockLoss, true, weights)!

  return async () => {
    const loss = tf.tidy(variant === "stock" ? stockStep : ourStep)
    // A graphics processor has to be waited for.
    if (variant === "webgpu") await loss.data()
    else loss.dataSync()
    loss.dispose()
  }
}
