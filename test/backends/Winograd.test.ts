import type { Tensor4D } from "holdfast/tf"
import * as tf from "holdfast/tf"
import { beforeAll, describe, expect, it } from "@effect/vitest"
import { numbers, tensor, use } from "./backends.js"

const channels = 16
const width = 64

/** A line of values between 0.5 and 1.5, one of which is `odd`. */
const line = (odd: number): Tensor4D => {
  const values = numbers(width * channels, 3).map((value) => 1 + value / 2)
  values[30 * channels + 3] = odd
  return tf.tensor4d(values, [1, 1, width, channels])
}

/** The largest error of the outputs whose window does not hold the odd one, against double precision. */
const errorOf = (odd: number, size: 3 | 5): number => {
  const [x, filter] = [line(odd), tensor([1, size, channels, channels], 5) as Tensor4D]
  const y = tf.conv2d(x, filter, 1, "same").dataSync()
  const [X, W] = [x.dataSync(), filter.dataSync()]
  const reach = (size - 1) / 2
  let worst = 0
  for (let column = reach; column < width - reach; column++) {
    if (Math.abs(column - 30) <= reach) continue
    for (let o = 0; o < channels; o++) {
      let sum = 0
      for (let k = 0; k < size; k++) {
        for (let c = 0; c < channels; c++) {
          sum += X[(column + k - reach) * channels + c]! * W[(k * channels + c) * channels + o]!
        }
      }
      const error = Math.abs(y[column * channels + o]! - sum)
      worst = Number.isNaN(error) ? Infinity : Math.max(worst, error)
    }
  }
  return worst
}

describe("a convolution that Winograd's algorithm is for", () => {
  beforeAll(() => use("wasm"))

  it.each([3, 5] as const)("is not spoilt by a value out of proportion, %i wide", (size) => {
    for (const odd of [1, 1e5, 1e6, 1e30, -1e38, Infinity, -Infinity, Number.NaN]) {
      expect(errorOf(odd, size), `${odd}`).toBeLessThan(2e-5)
    }
  })

  it("has gradients that are not spoilt either", () => {
    const filter = tensor([1, 3, channels, channels], 5) as Tensor4D
    const y = (x: tf.Tensor) => tf.conv2d(x as Tensor4D, filter, 1, "same")
    const spoilt = tf.grad(y)(line(1), line(Infinity)).dataSync()
    const plain = tf.grad(y)(line(1), line(1)).dataSync()
    for (let i = 0; i < plain.length; i++) {
      const near = Math.abs(Math.floor(i / channels) - 30) <= 1
      if (!near) expect(Math.abs(spoilt[i]! - plain[i]!)).toBeLessThan(2e-5)
    }
  })
})
