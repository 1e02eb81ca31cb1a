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
 * Runs on a GPU by WebGPU, and says on which. A device on which something has gone wrong is given
 * up, and another one opened; whether it computes right gradients is tried at once, for much of
 * what it computes by is its driver's.
 */
export const start = (
  load: Load = (name) => import(name)
): Effect.Effect<string, BackendUnavailable> =>
  Effect.gen(function* () {
    const isNew = !Device.isSound()
    if (isNew) yield* open(load)
    yield* Effect.promise(() => tf.setBackend("webgpu"))
    yield* Patches.install("webgpu")
    if (isNew) yield* examine
    return Device.description()
  })

const examine = gradientError.pipe(
  Effect.mapError(({ detail }) => detail),
  Effect.filterOrFail(
    (error) => error <= tolerance,
    (error) => t`its gradients are wrong by ${(100 * error).toFixed(2)} %`
  ),
  Effect.tapError((fault) => Effect.sync(() => Device.condemn(fault))),
  Effect.mapError(
    (fault) =>
      new BackendUnavailable({
        why: t`WebGPU does not compute right on ${Device.description()}: ${fault}`,
        remedy: t`try another driver, or choose another backend`
      })
  )
)

const open = Effect.fn("WebGpu.open")(function* (load: Load) {
  const webgpu = (yield* loaded(load, "webgpu")) as Packages["webgpu"]
  // Before there is a GPU to be seen: it would register a backend with a device of its own.
  const tfjs = (yield* loaded(load, "@tensorflow/tfjs-backend-webgpu")) as Packages["tfjs"]
  const gpu = webgpu.create([])
  expose(webgpu.globals, gpu)
  const adapter = yield* Effect.promise(() =>
    gpu.requestAdapter({ powerPreference: "high-performance" })
  )
  if (adapter === null) {
    return yield* new BackendUnavailable({
      why: t`there is no graphics processor that WebGPU can use`,
      remedy: t`it takes a driver: on Linux for Vulkan (NVIDIA's wants libegl1 besides), on macOS for Metal, on Windows for Direct3D 12`
    })
  }
  const device = yield* Effect.promise(() => Device.open(adapter))
  // Small tensors would be computed by plain JavaScript; what is examined must be what runs.
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
        remedy: t`\`npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0\` gets it`
      })
  )

/** Puts WebGPU where a browser has it, and TensorFlow.js looks for it. */
const expose = (globals: object, gpu: Gpu): void => {
  Object.assign(globalThis, globals)
  const scope = globalThis as { navigator?: object }
  Object.defineProperty((scope.navigator ??= {}), "gpu", { value: gpu, configurable: true })
}
