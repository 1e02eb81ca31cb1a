import type { Tensor } from "holdfast/tf"
import * as tf from "holdfast/tf"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import * as Updates from "../../src/backends/Updates.js"
import { tensor, use } from "./backends.js"

/** A length that is not a multiple of four lanes. */
const shape = [7, 11]
const weight = () => tensor(shape, 1)
const gradient = () => tensor(shape, 2)
const state = (seed: number) => tf.abs(tensor(shape, seed))
const decayedGradient = (decay: number) =>
  decay === 0 ? gradient() : gradient().add(weight().mul(decay))

const bits = (tensors: Readonly<Record<string, Tensor>> | undefined) =>
  Object.fromEntries(
    Object.entries(tensors!).map(([name, result]) => [
      name,
      [...new Uint32Array((result.dataSync() as Float32Array).slice().buffer)]
    ])
  )

describe("fused updates equal the operations that they stand for, to the bit:", () => {
  beforeEach(async () => {
    await use("wasm")
    tf.engine().startScope()
  })
  afterEach(() => tf.engine().endScope())

  for (const { decay, factor } of [
    { decay: 0, factor: 1 },
    { decay: 0.01, factor: 1 },
    { decay: 0, factor: 0.999 }
  ]) {
    it(`Adam, decay ${decay}, factor ${factor}`, () => {
      const numbers = { beta1: 0.9, beta2: 0.999, rate: 0.01, scale: 0.3, epsilon: 1e-8 }
      const inputs = {
        weight: weight(),
        gradient: gradient(),
        mean: tensor(shape, 3),
        square: state(4)
      }
      const g = decayedGradient(decay)
      const mean = inputs.mean.mul(0.9).add(g.mul(1 - 0.9))
      const square = inputs.square.mul(0.999).add(g.square().mul(1 - 0.999))
      const change = mean.mul(0.01).div(square.sqrt().div(0.3).add(1e-8))
      const expected = { weight: weight().mul(factor).sub(change), mean, square }
      expect(bits(Updates.adam(inputs, { ...numbers, decay, factor }))).toEqual(bits(expected))
    })
  }

  for (const decay of [0, 0.01]) {
    it(`gradient descent, decay ${decay}`, () => {
      const inputs = { weight: weight(), gradient: gradient() }
      const expected = weight().sub(decayedGradient(decay).mul(0.1))
      const actual = Updates.sgd(inputs, { rate: 0.1, decay })!
      expect(bits({ actual })).toEqual(bits({ actual: expected }))
    })

    for (const nesterov of [false, true]) {
      it(`momentum, decay ${decay}${nesterov ? ", Nesterov" : ""}`, () => {
        const inputs = { weight: weight(), gradient: gradient(), buffer: tensor(shape, 5) }
        const g = decayedGradient(decay)
        const buffer = inputs.buffer.mul(0.9).add(g)
        const direction = nesterov ? g.add(buffer.mul(0.9)) : buffer
        const expected = { weight: weight().sub(direction.mul(0.1)), buffer }
        const numbers = { rate: 0.1, momentum: 0.9, decay, nesterov }
        expect(bits(Updates.momentum(inputs, numbers))).toEqual(bits(expected))
      })
    }

    it(`RMSProp, decay ${decay}`, () => {
      const inputs = { weight: weight(), gradient: gradient(), square: state(6) }
      const g = decayedGradient(decay)
      const square = inputs.square.mul(0.99).add(g.square().mul(1 - 0.99))
      const expected = { direction: g.div(square.sqrt().add(1e-6)), square }
      const numbers = { alpha: 0.99, epsilon: 1e-6, decay }
      expect(bits(Updates.rmsprop(inputs, numbers))).toEqual(bits(expected))
    })
  }

  it("they leave the tensors given as they were", () => {
    const inputs = { weight: weight(), gradient: gradient(), buffer: tensor(shape, 5) }
    const before = bits(inputs)
    Updates.momentum(inputs, { rate: 0.1, momentum: 0.9, decay: 0, nesterov: false })
    expect(bits(inputs)).toEqual(before)
  })

  it("there are none on other backends", async () => {
    await use("cpu")
    expect(Updates.sgd({ weight: weight(), gradient: gradient() }, { rate: 1, decay: 0 })).toBe(
      undefined
    )
  })
})
