import { beforeAll, describe, expect, it } from "@effect/vitest"
import { Random } from "holdfast"
import * as tf from "holdfast/tf"
import * as Mixup from "../../src/training/Mixup.js"
import { use } from "../backends/backends.js"
import { testBackend } from "../support/backend.js"

const rng = (seed: number) => Random.generator(Random.make(seed), "mixup")

describe("Mixup.draw", () => {
  it.each([0.2, 1, 4])("draws shares as Beta(%d, %d) has them", (alpha) => {
    const draw = rng(1)
    const shares = Array.from({ length: 4000 }, () => Mixup.draw(alpha, 2, draw).share)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5)
    expect(Math.max(...shares)).toBeLessThanOrEqual(1)
    // Var = 1 / (4 (2 alpha + 1)), around ½, which taking the greater share does not change.
    const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length
    expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1)
  })

  it("pairs each example with one, and follows from the generator alone", () => {
    const { order, share } = Mixup.draw(0.4, 9, rng(2))
    expect([...order].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(Mixup.draw(0.4, 9, rng(2))).toEqual({ order, share })
  })
})

describe("mixing a batch", () => {
  beforeAll(() => use(testBackend))
  const mix = { order: Int32Array.of(2, 0, 1), share: 0.75 }

  it("takes share × input + (1 − share) × the partner's", () => {
    const mixed = tf.tidy(() =>
      Mixup.inputs(tf.tensor2d([0, 1, 4, 5, 8, 9], [3, 2]), mix).dataSync()
    )
    expect([...mixed]).toEqual([2, 3, 3, 4, 7, 8])
  })

  it("gives labels, weights and masks of the partners, by name as well", () => {
    const batch = {
      size: 3,
      inputs: new Float32Array(3),
      labels: Int32Array.of(10, 11, 20, 21, 30, 31),
      weights: Float32Array.of(1, 2, 3),
      masks: Uint8Array.of(1, 1, 0, 1, 1, 0)
    }
    const expected = {
      labels: Int32Array.of(30, 31, 10, 11, 20, 21),
      weights: Float32Array.of(3, 1, 2),
      masks: Uint8Array.of(1, 0, 1, 1, 0, 1)
    }
    expect(Mixup.partners(batch, mix)).toEqual({ ...batch, ...expected })
    const named = {
      size: 3,
      inputs: {},
      labels: { a: batch.labels },
      weights: { a: batch.weights }
    }
    expect(Mixup.partners(named, mix)).toMatchObject({
      labels: { a: expected.labels },
      weights: { a: expected.weights }
    })
  })
})
