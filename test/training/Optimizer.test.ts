import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Backend, type Config, Optimizer } from "holdfast"
import type { BackendName } from "../../src/backends/Backend.js"
import { testBackend } from "../support/backend.js"

type OptimizerConfig = Config.Training["optimizer"]

/** PyTorch's formulas in double precision, for one weight. */
const reference = (config: OptimizerConfig, gradients: ReadonlyArray<number>, rate: number) => {
  let w = 0.5
  let m = 0
  let v = 0
  gradients.forEach((gradient, i) => {
    const t = i + 1
    const g = config.name === "adamw" ? gradient : gradient + config.weight_decay * w
    switch (config.name) {
      case "adamw":
      case "adam":
        if (config.name === "adamw") w -= rate * config.weight_decay * w
        m = config.beta_1 * m + (1 - config.beta_1) * g
        v = config.beta_2 * v + (1 - config.beta_2) * g * g
        w -=
          (rate * (m / (1 - config.beta_1 ** t))) /
          (Math.sqrt(v / (1 - config.beta_2 ** t)) + config.epsilon)
        break
      case "sgd":
        m = config.momentum * m + g
        w -= rate * (config.nesterov ? g + config.momentum * m : m)
        break
      case "rmsprop":
        v = config.alpha * v + (1 - config.alpha) * g * g
        m = config.momentum * m + g / (Math.sqrt(v) + config.epsilon)
        w -= rate * m
    }
  })
  return w
}

const configs: ReadonlyArray<OptimizerConfig> = [
  { name: "adam", beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, amsgrad: false, weight_decay: 0 },
  { name: "adam", beta_1: 0.8, beta_2: 0.99, epsilon: 1e-6, amsgrad: false, weight_decay: 0.1 },
  { name: "adamw", beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, amsgrad: false, weight_decay: 0.1 },
  { name: "sgd", momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 },
  { name: "sgd", momentum: 0.9, dampening: 0, nesterov: false, weight_decay: 0.1 },
  { name: "sgd", momentum: 0.9, dampening: 0, nesterov: true, weight_decay: 0 },
  { name: "rmsprop", alpha: 0.9, momentum: 0, epsilon: 1e-8, centered: false, weight_decay: 0 },
  { name: "rmsprop", alpha: 0.9, momentum: 0.5, epsilon: 1e-8, centered: false, weight_decay: 0.1 }
]
const gradients = [0.3, -0.2, 0.25, 0.01, -0.4, 0.2]
const rate = 0.1

const start = (config: OptimizerConfig, weight: tf.Variable) => {
  const optimizer = Optimizer.fromConfig({ optimizer: config })(new Map([["w", weight]]))
  const update = (gradient: number) =>
    tf.tidy(() => optimizer.apply(new Map([["w", tf.fill(weight.shape, gradient)]]), rate))
  return { optimizer, update }
}

describe("Optimizer.fromConfig", () => {
  it.each(configs)(
    "follows PyTorch's formula: $name, $momentum $nesterov $weight_decay",
    (config) => {
      const weight = tf.variable(tf.fill([2, 2], 0.5))
      const { optimizer, update } = start(config, weight)
      gradients.forEach(update)
      const expected = reference(config, gradients, rate)
      for (const value of weight.dataSync()) expect(value).toBeCloseTo(expected, 5)
      optimizer.dispose()
      weight.dispose()
    }
  )

  it.effect.each(configs)(
    "follows the same formula with kernels and without: $name $momentum $weight_decay",
    (config) => {
      const run = (backend: BackendName) =>
        Effect.gen(function* () {
          yield* Backend
          expect(tf.getBackend()).toBe(backend)
          const weight = tf.variable(tf.linspace(-1, 1, 7))
          const { optimizer } = start(config, weight)
          for (const gradient of gradients) {
            tf.tidy(() => optimizer.apply(new Map([["w", tf.linspace(gradient, 0.5, 7)]]), rate))
          }
          const result = weight.dataSync()
          optimizer.dispose()
          weight.dispose()
          return result
        }).pipe(Effect.provide(Backend.layer(backend)))
      return Effect.gen(function* () {
        const composed = yield* run("cpu")
        ;(yield* run(testBackend)).forEach((value, i) => expect(value).toBeCloseTo(composed[i]!, 5))
      })
    }
  )

  it.effect.each(configs)(
    "resumes to the bit from its state: $name $momentum $weight_decay",
    (config) =>
      Effect.gen(function* () {
        const straight = tf.variable(tf.fill([3], 0.5))
        const uninterrupted = start(config, straight)
        gradients.forEach(uninterrupted.update)

        const first = tf.variable(tf.fill([3], 0.5))
        const before = start(config, first)
        gradients.slice(0, 3).forEach(before.update)
        const second = tf.variable(tf.clone(first))
        const after = start(config, second)
        yield* after.optimizer.loadStateDict(before.optimizer.stateDict())
        gradients.slice(3).forEach(after.update)

        expect(second.dataSync()).toStrictEqual(straight.dataSync())
        for (const { optimizer } of [uninterrupted, before, after]) optimizer.dispose()
        for (const weight of [straight, first, second]) weight.dispose()
      })
  )

  it.effect("refuses a slot of another shape, naming it", () =>
    Effect.gen(function* () {
      const weight = tf.variable(tf.zeros([2]))
      const { optimizer } = start(configs[0]!, weight)
      const slot = tf.zeros([3])
      const error = yield* Effect.flip(
        optimizer.loadStateDict({
          tensors: { "exp_avg.w": slot },
          values: { name: "adam", step: 1 }
        })
      )
      expect(error.message).toContain("exp_avg.w is [3], the weight is [2]")
    })
  )

  it("leaves no tensor behind", () => {
    const before = tf.memory().numTensors
    const weight = tf.tidy(() => tf.variable(tf.zeros([4])))
    const { optimizer, update } = start(configs[0]!, weight)
    gradients.forEach(update)
    optimizer.dispose()
    weight.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
