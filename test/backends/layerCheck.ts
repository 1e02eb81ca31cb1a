import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Backend, type BackendName } from "../../src/backends/Backend.js"
import type { BackendError } from "../../src/backends/BackendError.js"
import { setWeights, tensor } from "./backends.js"
import type { Subject } from "./gradientCheck.js"
import type { LayerCase } from "./layerCases.js"

const modelOf = ({ input, build, tokens }: LayerCase): tf.LayersModel => {
  const x = tf.input({ shape: [...input], dtype: tokens === undefined ? "float32" : "int32" })
  const model = tf.model({ inputs: x, outputs: build(x) })
  setWeights(model)
  return model
}

/** A random linear function of the outputs for three random examples. */
export const subjectOf = (given: LayerCase) => (): Subject => {
  const model = modelOf(given)
  const objective = () => {
    const { input, tokens } = given
    const random = tensor([3, ...input], 99)
    const x = tokens === undefined ? random : tf.floor(tf.mul(tf.add(random, 1), tokens / 2))
    const y = model.apply(x, { training: true }) as tf.Tensor
    return tf.sum(tf.mul(y, tensor(y.shape, 77))) as tf.Scalar
  }
  return {
    variables: model.trainableWeights.map((weight) => weight.read() as tf.Variable),
    objective,
    dispose: () => void model.dispose()
  }
}

/** Why a backend refuses to train a layer; undefined if it does not. */
export const refusal = (
  backend: BackendName,
  given: LayerCase
): Promise<BackendError | undefined> =>
  Effect.gen(function* () {
    const { checkTrainable } = yield* Backend
    const model = modelOf(given)
    const result = yield* Effect.either(checkTrainable(model))
    model.dispose()
    return result._tag === "Left" ? result.left : undefined
  }).pipe(Effect.provide(Backend.layer(backend)), Effect.runPromise)

/** What a case is called. */
export const titleOf = ({ layer, used }: LayerCase): string =>
  used === "" ? layer : `${layer}, ${used}`
