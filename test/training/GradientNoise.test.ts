import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import { Optimizer, Random } from "holdfast"

const random = Random.make(3)

/** What zero gradients become in some updates: noise alone. */
const noise = (steps: number, options: { eta?: number; gamma?: number }, size = 400) => {
  const weight = tf.variable(tf.zeros([size]))
  const link = Optimizer.gradientNoise(options)
  const optimizer = Optimizer.chain(link, Optimizer.sgd.make())(new Map([["w", weight]]))
  const values: Array<Float32Array> = []
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => {
      weight.assign(tf.zeros([size]))
      const gradients = new Map([["w", tf.zeros([size])]])
      optimizer.apply(gradients, -1, Random.generator(random, "optimizer", step))
    })
    values.push(weight.dataSync().slice() as Float32Array)
  }
  optimizer.dispose()
  weight.dispose()
  return values
}
const variance = (values: Float32Array) =>
  values.reduce((sum, one) => sum + one * one, 0) / values.length

describe("Optimizer.gradientNoise", () => {
  it("adds noise of the variance eta / t^gamma", () => {
    const all = noise(50, { eta: 0.5, gamma: 0.55 }, 2000)
    for (const t of [1, 10, 50]) {
      const expected = 0.5 / t ** 0.55
      expect(variance(all[t - 1]!) / expected).toBeGreaterThan(0.85)
      expect(variance(all[t - 1]!) / expected).toBeLessThan(1.15)
    }
  })

  it("is a function of the seed and the position alone", () => {
    expect(noise(3, {})).toEqual(noise(3, {}))
    const [first, second] = noise(2, {})
    expect(first).not.toEqual(second)
  })

  it("refuses to draw without a generator", () => {
    const weight = tf.variable(tf.zeros([2]))
    const chain = Optimizer.chain(Optimizer.gradientNoise(), Optimizer.sgd.make())
    const optimizer = chain(new Map([["w", weight]]))
    expect(() => optimizer.apply(new Map([["w", tf.zeros([2])]]), 1)).toThrow(
      "a link of the optimizer's chain draws random numbers"
    )
    weight.dispose()
  })

  it("comes from a normal distribution", () => {
    const draw = Random.normal(Random.generator(random, "normal"))
    const values = Array.from({ length: 20_000 }, draw)
    const share = (limit: number) => values.filter((one) => one < limit).length / values.length
    for (const [limit, expected] of [
      [-2, 0.0228],
      [-1, 0.1587],
      [0, 0.5],
      [1, 0.8413],
      [2, 0.9772]
    ] as const) {
      expect(Math.abs(share(limit) - expected)).toBeLessThan(0.01)
    }
  })
})
