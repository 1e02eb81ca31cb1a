import type { LayersModel } from "../tf.js"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BackendError } from "./BackendError.js"
import { type BackendName, backendNames } from "./BackendName.js"
import type { CustomBackend } from "./CustomBackend.js"
import type { Selection } from "./Selection.js"

export { type BackendName, backendNames, type CustomBackend }

/**
 * The compute backend that TensorFlow.js runs on; having the service means that it is ready. If none
 * was requested, `restoreOrInit` may change it, before the first step of a run.
 */
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
    /** Changes the backend; absent if this one was requested, or is a custom one. */
    readonly selection?: Selection | undefined
  }
>() {
  /**
   * Starts the requested backend, or fails with the reason. Without a request it is `wasm`, where that
   * is available, until a run selects another: that of its checkpoint, that of its config, or the
   * faster one in a trial. TensorFlow.js is loaded only now, since that takes half a second.
   */
  static readonly layer = (choice?: BackendName): Layer.Layer<Backend, BackendError> =>
    Layer.effect(
      Backend,
      Effect.withSpan(
        choice === undefined
          ? unrequested
          : started(Effect.flatMap(starters, ({ start }) => start(choice))),
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

/** A backend that runs, and why it is this one. */
interface Current {
  readonly name: string
  readonly reason: string
}

/** The service of the backend that `start` starts. */
const started = Effect.fnUntraced(function* <E, R>(start: Effect.Effect<Current, E, R>) {
  const { checkTrainable } = yield* trainability
  const backend = yield* start
  return { ...backend, checkTrainable: checkTrainable(backend.name) }
})

/** The service of a backend that can be exchanged for one that `start` starts. */
export const selectable = Effect.fnUntraced(function* <E>(
  first: Current,
  candidates: ReadonlyArray<string>,
  start: (name: string) => Effect.Effect<unknown, E>
) {
  const { checkTrainable } = yield* trainability
  let current = first
  const use = (name: string, reason: string) =>
    Effect.map(start(name), () => {
      current = { name, reason }
    })
  return {
    get name() {
      return current.name
    },
    get reason() {
      return current.reason
    },
    checkTrainable: (model: LayersModel) =>
      Effect.suspend(() => checkTrainable(current.name)(model)),
    selection: { candidates, use }
  }
})

const starters = Effect.promise(() => import("./StartBackend.js"))
const trainability = Effect.promise(() => import("./Trainability.js"))

const unrequested = Effect.gen(function* () {
  const { candidatesFor, start } = yield* starters
  const first = yield* start()
  return yield* selectable(first, candidatesFor(first.name), (name) => start(name as BackendName))
})
