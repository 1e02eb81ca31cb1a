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

  for (const decay of [0, 0.01]) {
    // One element, fewer than four lanes, and a length that is no multiple of them.
    for (const shape of [[1], [3], [7, 11]]) {
      const w = () => tensor(shape, 1)
      const g = () => tensor(shape, 2)
      const decayed = () => (decay === 0 ? g() : g().add(w().mul(decay)))
      const moments = { beta1: 0.9, rest1: 1 - 0.9, beta2: 0.999, rest2: 1 - 0.999 }
      const title = `decay ${decay}, shape ${shape}`

      it(`Lion, ${title}`, () => {
        const mean = tensor(shape, 3)
        const direction = mean
          .mul(0.9)
          .add(g().mul(1 - 0.9))
          .sign()
        const expected = {
          weight: w()
            .mul(1 - decay)
            .sub(direction.mul(0.01)),
          mean: mean.mul(0.999).add(g().mul(1 - 0.999))
        }
        const inputs = { weight: w(), gradient: g(), mean }
        const numbers = { ...moments, rate: 0.01, factor: 1 - decay }
        expect(bits(Updates.lion(inputs, numbers))).toEqual(bits(expected))
      })

      it(`Nadam, ${title}`, () => {
        const inputs = {
          weight: w(),
          gradient: g(),
          mean: tensor(shape, 3),
          square: tf.abs(tensor(shape, 4))
        }
        const mean = inputs.mean.mul(0.9).add(decayed().mul(1 - 0.9))
        const square = inputs.square.mul(0.999).add(
          decayed()
            .square()
            .mul(1 - 0.999)
        )
        const root = square.sqrt().div(0.3).add(1e-8)
        const along = decayed().mul(0.02).add(mean.mul(0.03))
        const expected = { weight: w().mul(0.99).sub(along.div(root)), mean, square }
        const numbers = {
          ...moments,
          gradientRate: 0.02,
          meanRate: 0.03,
          scale: 0.3,
          epsilon: 1e-8,
          decay,
          factor: 0.99
        }
        expect(bits(Updates.nadam(inputs, numbers))).toEqual(bits(expected))
      })

      it(`Adagrad, ${title}`, () => {
        const inputs = { weight: w(), gradient: g(), sum: tf.abs(tensor(shape, 4)) }
        const sum = inputs.sum.add(decayed().square())
        const root = sum.add(0.1).sqrt().add(1e-10)
        const expected = { weight: w().sub(decayed().mul(0.01).div(root)), sum }
        const numbers = { rate: 0.01, initial: 0.1, epsilon: 1e-10, decay }
        expect(bits(Updates.adagrad(inputs, numbers))).toEqual(bits(expected))
      })

      it(`Adadelta, ${title}`, () => {
        const [first, second] = [tf.abs(tensor(shape, 4)), tf.abs(tensor(shape, 5))]
        const square = first.mul(0.9).add(
          decayed()
            .square()
            .mul(1 - 0.9)
        )
        const root = square.add(1e-6).sqrt()
        const change = second.add(1e-6).sqrt().div(root).mul(decayed())
        const changes = second.mul(0.9).add(change.square().mul(1 - 0.9))
        const expected = { weight: w().sub(change.mul(0.5)), square, changes }
        const inputs = { weight: w(), gradient: g(), square: first, changes: second }
        const numbers = { rate: 0.5, rho: 0.9, rest: 1 - 0.9, epsilon: 1e-6, decay }
        expect(bits(Updates.adadelta(inputs, numbers))).toEqual(bits(expected))
      })

      it(`Adamax, ${title}`, () => {
        const [mean, most] = [tensor(shape, 3), tf.abs(tensor(shape, 4))]
        const next = mean.mul(0.9).add(decayed().mul(1 - 0.9))
        const greatest = most.mul(0.999).maximum(decayed().abs().add(1e-8))
        const expected = { weight: w().sub(next.mul(0.01).div(greatest)), mean: next, greatest }
        const inputs = { weight: w(), gradient: g(), mean, greatest: most }
        const { beta1, beta2, rest1 } = moments
        const numbers = { beta1, rest1, beta2, rate: 0.01, epsilon: 1e-8, decay }
        expect(bits(Updates.adamax(inputs, numbers))).toEqual(bits(expected))
      })

      it(`LAMB, ${title}`, () => {
        const inputs = {
          weight: w(),
          gradient: g(),
          mean: tensor(shape, 3),
          square: tf.abs(tensor(shape, 4))
        }
        const mean = inputs.mean.mul(0.9).add(g().mul(1 - 0.9))
        const square = inputs.square.mul(0.999).add(
          g()
            .square()
            .mul(1 - 0.999)
        )
        const adam = mean.mul(2).div(square.sqrt().div(0.3).add(1e-6))
        const direction = decay === 0 ? adam : adam.add(w().mul(decay))
        const numbers = { ...moments, rate: 2, scale: 0.3, epsilon: 1e-6, decay }
        const expected = { direction, mean, square }
        expect(bits(Updates.lamb(inputs, numbers))).toEqual(bits(expected))
      })

      it(`the step toward a value, ${title}`, () => {
        const [mean, value] = [tensor(shape, 3), tensor(shape, 4)]
        const expected = mean.add(value.sub(mean).mul(0.25))
        const actual = Updates.toward({ mean, value }, { share: 0.25 })!
        expect(bits({ actual })).toEqual(bits({ actual: expected }))
      })
    }
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
