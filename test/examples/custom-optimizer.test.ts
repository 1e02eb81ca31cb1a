import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as tf from "holdfast/tf"
import { signum } from "../../examples/custom-optimizer/signum.js"
import pipeline from "../../examples/custom-optimizer/pipeline.js"
import { Optimizer } from "holdfast"
import { describe, it } from "@effect/vitest"
import { checkExactness } from "holdfast/testing"
import { configOf, evaluated, testExample } from "./example.js"

testExample("custom-optimizer", pipeline, {
  stopEvery: 7,
  training: { num_epochs: 2 },
  check: (outcome) => {
    expect(evaluated(outcome)["accuracy"]).toBeGreaterThan(0.8)
  }
})

describe("examples/custom-optimizer", () => {
  it("follows the formula of Signum, in doubles", () => {
    const [beta, decay, rate] = [0.8, 0.1, 0.01]
    const gradients = [0.3, -0.2, 0.25, -0.9, -0.4]
    let [w, m] = [0.5, 0]
    for (const g of gradients) {
      m = beta * m + (1 - beta) * g
      w -= rate * (Math.sign(m) + decay * w)
    }
    const weight = tf.variable(tf.fill([3], 0.5))
    const rule = signum.make({ beta, weight_decay: decay })
    const optimizer = Optimizer.chain(rule)(new Map([["w", weight]]))
    for (const g of gradients) {
      tf.tidy(() => optimizer.apply(new Map([["w", tf.fill([3], g)]]), rate))
    }
    for (const value of weight.dataSync()) expect(value).toBeCloseTo(w, 6)
    const mean = optimizer.stateDict().tensors["exp_avg.w"]!.dataSync()
    for (const value of mean) expect(value).toBeCloseTo(m, 6)
    optimizer.dispose()
    weight.dispose()
  })

  it.scopedLive("resumes exactly with accumulation and clipping from the config", () =>
    Effect.gen(function* () {
      const config = configOf("custom-optimizer")
      const training = {
        ...config["training"],
        num_epochs: 2,
        gradient_accumulation_steps: 4,
        gradient_clip: { name: "global_norm", max_norm: 0.5 },
        warmup_steps: 5
      }
      const folder = config["training"]!["checkpoint_dir"] as string
      const shorter = { config: { ...config, training }, folder, stopEvery: 3 }
      const { different, stops } = yield* checkExactness(pipeline, shorter)
      expect(stops.length).toBeGreaterThan(5)
      expect(different).toStrictEqual([])
    })
  )
})
