import type * as Effect from "effect/Effect"
import type { Tensor } from "../tf.js"
import type { BackendError } from "./BackendError.js"
import type { Determinism } from "./Determinism.js"

/** What a custom backend is made of. */
export interface CustomBackend<out E = never, out R = never> {
  /** Registers the backend and its kernels with TensorFlow.js; may run more than once in a process. */
  readonly start: Effect.Effect<void, E, R>
  /** Why this one, in half a sentence; by default "the pipeline brings it". */
  readonly reason?: string
  /** What it promises; by default nothing, and a run says nothing of it. */
  readonly determinism?: Determinism
  /** Reads the elements of tensors, where a backend cannot give them at once (`dataSync`). */
  readonly read?: (
    tensors: ReadonlyArray<Tensor>
  ) => Effect.Effect<ReadonlyArray<Float32Array | Int32Array | Uint8Array>, BackendError>
}
