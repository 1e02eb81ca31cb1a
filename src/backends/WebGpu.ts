import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import * as Patches from "./tfjs/Patches.js"
import { gradientError } from "./measure.js"
import { BackendUnavailable, whyNotLoaded } from "./BackendUnavailable.js"
import { tolerance } from "./Tolerance.js"
import * as Device from "./webgpu/Device.js"

/** WebGPU for Node, and what lets TensorFlow.js compute on it. */
interface Packages {
  readonly webgpu: {
    readonly globals: object
    readonly create: (options: ReadonlyArray<string>) => Gpu
  }
  readonly tfjs: {
    readonly WebGPUBackend: new (device: object, info: object) => tf.KernelBackend
  }
}

interface Gpu {
  readonly requestAdapter: (options: object) => Promise<Device.Adapter | null>
}

type Load = (name: string) => Promise<unknown>

/**
 * Runs on a GPU through WebGPU, and gives its name. A faulty device is abandoned and replaced. A new
 * one is tested for correct gradients at once, since much of the computation is its driver's.
 */
export const start = (
  load: Load = (name) => import(name)
): Effect.Effect<string, BackendUnavailable> =>
  Effect.gen(function* () {
    const isNew = !Device.isSound()
    if (isNew) yield* open(load)
    yield* Effect.promise(() => tf.setBackend("webgpu"))
    yield* Patches.install("webgpu")
    if (isNew) yield* test
    return Device.description()
  })

const test = gradientError.pipe(
  Effect.mapError(({ detail }) => detail),
  Effect.filterOrFail(
    (error) => error <= tolerance,
    (error) => t`its gradients are wrong by ${(100 * error).toFixed(2)} %`
  ),
  Effect.tapError((fault) => Effect.sync(() => Device.markFaulty(fault))),
  Effect.mapError(
    (fault) =>
      new BackendUnavailable({
        why: t`WebGPU computes wrong results on ${Device.description()}: ${fault}`,
        remedy: t`try another driver, or choose another backend`
      })
  )
)

const open = Effect.fn("WebGpu.open")(function* (load: Load) {
  const webgpu = (yield* loaded(load, "webgpu")) as Packages["webgpu"]
  // Imported before a GPU is visible, else it registers a backend on a device that it opens itself.
  const tfjs = (yield* loaded(load, "@tensorflow/tfjs-backend-webgpu")) as Packages["tfjs"]
  const gpu = webgpu.create([])
  expose(webgpu.globals, gpu)
  const adapter = yield* Effect.promise(() =>
    gpu.requestAdapter({ powerPreference: "high-performance" })
  )
  if (adapter === null) {
    return yield* new BackendUnavailable({
      why: t`there is no graphics processor that WebGPU can use`,
      remedy: t`a driver is required: Vulkan on Linux (NVIDIA's also needs libegl1), Metal on macOS, Direct3D 12 on Windows`
    })
  }
  const device = yield* Effect.promise(() => Device.open(adapter))
  // Otherwise plain JavaScript computes small tensors, and the test does not test the device.
  tf.env().set("WEBGPU_CPU_FORWARD", false)
  if (tf.findBackendFactory("webgpu") !== null) tf.removeBackend("webgpu")
  tf.registerBackend("webgpu", () => new tfjs.WebGPUBackend(device, adapter.info))
})

const loaded = (load: Load, name: string): Effect.Effect<unknown, BackendUnavailable> =>
  Effect.mapError(
    Effect.tryPromise(() => load(name)),
    ({ error }) =>
      new BackendUnavailable({
        why: whyNotLoaded(name, error) ?? t`the package ${name} is not installed`,
        remedy: t`\`npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0\` installs it`
      })
  )

/** Exposes WebGPU where browsers have it and TensorFlow.js looks for it. */
const expose = (globals: object, gpu: Gpu): void => {
  Object.assign(globalThis, globals)
  const scope = globalThis as { navigator?: object }
  Object.defineProperty((scope.navigator ??= {}), "gpu", { value: gpu, configurable: true })
}
