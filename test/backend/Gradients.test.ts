import * as tf from "@tensorflow/tfjs"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Backend, type BackendName } from "../../src/backend/Backend.js"
import type { BackendError } from "../../src/backend/BackendError.js"
import { setWeights, tensor } from "./backends.js"
import {
  gradientsOn,
  largestError,
  slopesInDoubles,
  slopesOf,
  type Subject
} from "./gradientCheck.js"
import { layerCases, type LayerCase } from "./layerCases.js"

const modelOf = ({ input, build, tokens }: LayerCase): tf.LayersModel => {
  const x = tf.input({ shape: [...input], dtype: tokens === undefined ? "float32" : "int32" })
  const model = tf.model({ inputs: x, outputs: build(x) })
  setWeights(model)
  return model
}

/** A random linear function of the outputs for three random examples. */
const subjectOf = (given: LayerCase) => (): Subject => {
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

const refusal = (backend: BackendName, given: LayerCase): Promise<BackendError | undefined> =>
  Effect.gen(function* () {
    const { checkTrainable } = yield* Backend
    const model = modelOf(given)
    const result = yield* Effect.either(checkTrainable(model))
    model.dispose()
    return result._tag === "Left" ? result.left : undefined
  }).pipe(Effect.provide(Backend.layer(backend)), Effect.runPromise)

/** What became of each case on each backend. */
const states = new Map<string, string>()

describe("gradients, by central differences in double precision", () => {
  for (const given of layerCases) {
    const title = given.used === "" ? given.layer : `${given.layer}, ${given.used}`
    it(title, async () => {
      let slopes: Awaited<ReturnType<typeof slopesInDoubles>> | undefined
      for (const backend of ["wasm", "cpu"] as const) {
        const refused = await refusal(backend, given)
        states.set(`${title} ${backend}`, refused === undefined ? "trains" : "refused")
        if (refused !== undefined) continue
        slopes ??= await slopesInDoubles(subjectOf(given))
        const gradients = await gradientsOn(backend, subjectOf(given))
        const error = largestError(slopesOf(gradients), slopes, gradients)
        expect(error, `${title} on ${backend}`).toBeLessThan(1e-5)
      }
    })
  }
})
