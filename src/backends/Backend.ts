import type { LayersModel } from "../tf.js"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BackendError } from "./BackendError.js"
import { type BackendName, backendNames } from "./BackendName.js"
import type { CustomBackend } from "./CustomBackend.js"

export { type BackendName, backendNames, type CustomBackend }

/** The compute backend that TensorFlow.js runs on; having the service means that it is ready. */
export class Backend extends Context.Tag("holdfast/Backend")<
  Backend,
  {
    /** A `BackendName`, or the name of a custom one. */
    readonly name: string
    /** Why this one, in half a sentence: "native TensorFlow, which is optional, is not installed". */
    readonly reason: string
    /**
     * Fails, naming the layer, if a layer of `model` cannot be trained on this backend or would get
     * a wrong gradient. Leaves the model's weights and the number of tensors as they were.
     */
    readonly checkTrainable: (model: LayersModel) => Effect.Effect<void, BackendError>
  }
>() {
  /**
   * Starts the requested backend, or fails with the reason; by default the fastest available one
   * other than WebGPU. TensorFlow.js is loaded only now, since that takes half a second.
   */
  static readonly layer = (choice?: BackendName): Layer.Layer<Backend, BackendError> =>
    Layer.effect(
      Backend,
      Effect.withSpan(
        started(Effect.flatMap(starters, ({ start }) => start(choice))),
        "Backend.layer"
      )
    )

  /**
   * A custom backend. `start` registers it, and its kernels, with TensorFlow.js under `name`; it becomes
   * the one that TensorFlow.js runs on. Gradients and layers are patched as for the built-in ones; the
   * kernels are its own. Bring it to a pipeline by `Pipeline.provide`, or by `Holdfast.layer`.
   *
   * @throws BackendError if `start` fails, or if it registers no backend of this name.
   *
   * @example
   * ```ts
   * import * as Effect from "effect/Effect"
   * import { Backend } from "holdfast"
   * import * as tf from "holdfast/tf"
   *
   * declare const accelerator: tf.KernelBackend
   *
   * export const layer = Backend.custom("accelerator", {
   *   start: Effect.sync(() => void tf.registerBackend("accelerator", () => accelerator))
   * })
   * ```
   */
  static readonly custom = <E, R>(
    name: string,
    options: CustomBackend<E, R>
  ): Layer.Layer<Backend, BackendError | E, R> =>
    Layer.effect(
      Backend,
      Effect.withSpan(
        started(Effect.flatMap(starters, ({ startCustom }) => startCustom(name, options))),
        "Backend.custom"
      )
    )
}

/** The service of the backend that `start` starts. */
const started = Effect.fnUntraced(function* <E, R>(
  start: Effect.Effect<{ readonly name: string; readonly reason: string }, E, R>
) {
  const { checkTrainable } = yield* Effect.promise(() => import("./Trainability.js"))
  const backend = yield* start
  return { ...backend, checkTrainable: checkTrainable(backend.name) }
})

const starters = Effect.promise(() => import("./StartBackend.js"))
