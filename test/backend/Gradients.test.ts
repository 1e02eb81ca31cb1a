import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
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

const backends = ["wasm", "cpu"] as const

/** The rows of the table: layer, use, and what became of it on each backend. */
const rows: Array<string> = []

describe("gradients, by central differences in double precision", () => {
  for (const given of layerCases) {
    const title = given.used === "" ? given.layer : `${given.layer}, ${given.used}`
    it(title, async () => {
      const states: Array<string> = []
      let slopes: Awaited<ReturnType<typeof slopesInDoubles>> | undefined
      for (const backend of backends) {
        const refused = await refusal(backend, given)
        states.push(refused === undefined ? "trains" : "refused")
        if (refused !== undefined) continue
        slopes ??= await slopesInDoubles(subjectOf(given))
        const gradients = await gradientsOn(backend, subjectOf(given))
        const error = largestError(slopesOf(gradients), slopes, gradients)
        expect(error, `${title} on ${backend}`).toBeLessThan(1e-5)
      }
      rows.push(`| ${given.layer} | ${given.used} | ${states.join(" | ")} |`)
    })
  }

  it("are as the documentation says", async ({ skip }) => {
    skip(rows.length < layerCases.length, "not all layers were checked")
    const file = fileURLToPath(new URL("../../docs/backends.md", import.meta.url))
    const table = [`| layer | use | ${backends.join(" | ")} |`, "|---|---|---|---|", ...rows].join(
      "\n"
    )
    const document = readFileSync(file, "utf8").replace(
      /(<!-- layers: .*? -->\n).*?(<!-- \/layers -->)/s,
      (_, start: string, end: string) => `${start}\n${table}\n\n${end}`
    )
    await expect(document).toMatchFileSnapshot(file)
  })
})
