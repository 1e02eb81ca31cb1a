/**
 * A backend that times its kernels: those of WebAssembly, registered under another name too. A
 * backend for other hardware registers its own kernels in the same place.
 */
import * as tf from "holdfast/tf"
import { Backend } from "holdfast"
import * as Effect from "effect/Effect"

const name = "profiler"

/** How often each kernel has run in this process, and for how many milliseconds in all. */
export const timings = new Map<string, { calls: number; milliseconds: number }>()

const timed =
  ({ kernelFunc, kernelName }: tf.KernelConfig): tf.KernelFunc =>
  (call) => {
    const started = performance.now()
    const result = kernelFunc(call)
    const { calls, milliseconds } = timings.get(kernelName) ?? { calls: 0, milliseconds: 0 }
    timings.set(kernelName, {
      calls: calls + 1,
      milliseconds: milliseconds + performance.now() - started
    })
    return result
  }

const register = Effect.sync(() => {
  if (tf.findBackendFactory(name) !== null) return
  for (const kernel of tf.getKernelsForBackend("wasm")) {
    tf.registerKernel({ ...kernel, backendName: name, kernelFunc: timed(kernel) })
  }
  // It shares the memory, too.
  tf.registerBackend(name, () => tf.findBackend("wasm"))
})

/** Runs on WebAssembly, and times each kernel. */
export const profiler = Backend.custom(name, {
  start: Effect.zipRight(Effect.provide(Backend, Backend.layer("wasm")), register),
  reason: "it times the kernels of wasm",
  determinism: { holds: "Everywhere" }
})
