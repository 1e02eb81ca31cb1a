import type { LayersModel } from "../tf.js"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BackendError } from "./BackendError.js"
import { type BackendName, backendNames } from "./BackendName.js"

export { type BackendName, backendNames }

/** The compute backend that TensorFlow.js runs on; having the service means that it is ready. */
export class Backend extends Context.Tag("holdfast/Backend")<
  Backend,
  {
    readonly name: BackendName
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
      Effect.gen(function* () {
        const { start } = yield* Effect.promise(() => import("./StartBackend.js"))
        const { checkTrainable } = yield* Effect.promise(() => import("./Trainability.js"))
        const started = yield* start(choice)
        return { ...started, checkTrainable: checkTrainable(started.name) }
      }).pipe(Effect.withSpan("Backend.layer"))
    )
}
