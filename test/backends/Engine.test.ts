import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as tf from "../../src/tf.js"
import { testBackend } from "../support/backend.js"
import { use } from "./backends.js"

beforeAll(() => use(testBackend))

const cube = (x: tf.Tensor) => tf.sum(tf.mul(tf.mul(x, x), x))

describe("gradients", () => {
  it("pass through gradients", () => {
    tf.tidy(() => {
      const slope = tf.grad(cube)(tf.tensor1d([1, 2]))
      expect([...slope.dataSync()]).toEqual([3, 12])
      const curvature = tf.grad((x) => tf.sum(tf.grad(cube)(x)))(tf.tensor1d([1, 2]))
      expect([...curvature.dataSync()]).toEqual([6, 12])
    })
  })

  it("pass through what a kernel saves for its gradient, where gradients of gradients ask for it", () => {
    tf.tidy(() => {
      const a = tf.tensor2d([1, 2, 3, 4], [2, 2])
      // Of x·x the gradient reads what the product has saved.
      const f = (x: tf.Tensor) => tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, a)))
      const second = tf.grad((x) => tf.sum(tf.square(tf.grad(f)(x))))(tf.ones([1, 2]))
      // The gradient is 2 x A Aᵀ, that of its square 8 x (A Aᵀ)².
      expect([...second.dataSync()]).toEqual([
        8 * (5 * 5 + 11 * 11 + 5 * 11 + 11 * 25),
        8 * (11 * 5 + 25 * 11 + 11 * 11 + 25 * 25)
      ])
    })
  })

  it("give none for a weight that the loss does not depend on, and add up those of one used twice", () => {
    const [used, idle] = [tf.variable(tf.scalar(3)), tf.variable(tf.scalar(5))]
    const { grads, value } = tf.tidy(() =>
      tf.variableGrads(() => tf.add(tf.mul(used, used), used) as tf.Scalar, [used, idle])
    )
    expect(grads[used.name]!.dataSync()[0]).toBe(7)
    expect(grads[idle.name]).toBeUndefined()
    tf.dispose([grads, value, used, idle])
  })

  it("say which operation has none", () => {
    tf.tidy(() => {
      const largest = tf.grad((x) => tf.sum(tf.topk(x, 1).values))
      expect(() => largest(tf.tensor1d([1, 2]))).toThrow("gradient function not found for TopK")
      const constant = tf.grad(() => tf.scalar(1))
      expect(() => constant(tf.tensor1d([1, 2]))).toThrow("Cannot compute gradient of y=f(x)")
    })
  })

  it("leave no tensor behind but themselves", () => {
    const x = tf.tensor1d([1, 2])
    const before = tf.memory()
    const gradient = tf.grad((x) => tf.sum(tf.relu(tf.mul(tf.exp(x), x))))(x)
    expect(tf.memory().numTensors).toBe(before.numTensors + 1)
    gradient.dispose()
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers)
    x.dispose()
  })
})

describe("tidy", () => {
  it("disposes of all but what it gives, also where it throws", () => {
    const { numTensors } = tf.memory()
    const kept = tf.tidy("named", () => ({ one: tf.add(1, 2), two: [tf.scalar(1)] }))
    expect(tf.memory().numTensors).toBe(numTensors + 2)
    tf.dispose(kept)
    const sum = tf.tidy(() => tf.tidy(() => tf.add(tf.scalar(1), 2)))
    expect(tf.memory().numTensors).toBe(numTensors + 1)
    sum.dispose()
    expect(() =>
      tf.tidy(() => {
        tf.scalar(1)
        throw new Error("no")
      })
    ).toThrow("no")
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})
