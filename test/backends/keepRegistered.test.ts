import * as tf from "holdfast/tf"
import { describe, expect, it, vi } from "@effect/vitest"
import { keepRegistered } from "../../src/backends/tfjs/keepRegistered.js"
import { use } from "./backends.js"

describe("keepRegistered", () => {
  it("keeps patched kernels and gradients that an import registers again, and says nothing", async () => {
    await use("cpu")
    const kernel = tf.getKernel("AvgPoolGrad", "cpu")
    const gradient = tf.getGradient("Sum")
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    const loaded = await keepRegistered(async () => {
      tf.registerKernel({ ...kernel, kernelFunc: () => [] })
      tf.registerGradient({ ...gradient, gradFunc: () => ({}) })
      return "loaded"
    })
    expect(loaded).toBe("loaded")
    expect(tf.getKernel("AvgPoolGrad", "cpu")).toBe(kernel)
    expect(tf.getGradient("Sum")).toBe(gradient)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it("keeps them when the import fails", async () => {
    await use("cpu")
    const gradient = tf.getGradient("Sum")
    const failing = keepRegistered(() => {
      tf.registerGradient({ ...gradient, gradFunc: () => ({}) })
      return Promise.reject(new Error("no addon"))
    })
    await expect(failing).rejects.toThrow("no addon")
    expect(tf.getGradient("Sum")).toBe(gradient)
  })
})
