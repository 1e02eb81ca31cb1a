import type { LayersModel } from "@tensorflow/tfjs"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { BackendError } from "./BackendError.js"

/** The backends, fastest first. */
export const backendNames = ["tensorflow", "wasm", "cpu"] as const
export type BackendName = (typeof backendNames)[number]

/** The compute backend that TensorFlow.js runs on; having the service means that it is ready. */
export class Backend extends Context.Tag("holdfast/Backend")<
  Backend,
  {
    readonly name: BackendName
    /** Why this one, in a sentence's half: "the native package is not installed". */
    readonly reason: string
    /**
     * Fails, naming the layer, if a layer of `model` cannot be trained on this backend or would get
     * a wrong gradient. Leaves the model's weights and the number of tensors as they were.
     */
    readonly checkTrainable: (model: LayersModel) => Effect.Effect<void, BackendError>
  }
>() {}
