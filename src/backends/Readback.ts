import type { Scalar, Tensor } from "../tf.js"
import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { BackendError } from "./BackendError.js"
import * as Device from "./webgpu/Device.js"

/** The elements of a tensor. */
export type Values = Float32Array | Int32Array | Uint8Array

/**
 * The elements of tensors, which must not be disposed meanwhile: at once, but on WebGPU, which has
 * to be waited for, and where reading fails if anything computed before has.
 */
export const values = (
  tensors: ReadonlyArray<Tensor>
): Effect.Effect<ReadonlyArray<Values>, BackendError> =>
  Effect.suspend(() =>
    tf.getBackend() === "webgpu"
      ? Device.read(tensors)
      : attempt(() => tensors.map((tensor) => tensor.dataSync()))
  )

type Scalars = Readonly<Record<string, Scalar>>

/** Computes scalars by name, without a break, reads them, and disposes of them. */
export const scalars = (
  compute: () => Scalars
): Effect.Effect<Record<string, number>, BackendError> =>
  Effect.suspend(() => {
    if (tf.getBackend() !== "webgpu") {
      const read = () => named(compute(), (tensor) => tensor.dataSync()[0]!)
      return attempt(() => tf.tidy(read as () => never) as Record<string, number>)
    }
    const computed = tf.tidy(compute as () => Record<string, Scalar>)
    const tensors = Object.values(computed)
    return Device.read(tensors).pipe(
      Effect.map((read) => named(computed, (tensor) => read[tensors.indexOf(tensor)]![0]!)),
      Effect.ensuring(Effect.sync(() => tf.dispose(computed)))
    )
  })

/** What a backend throws for itself is a failure; anything else is a defect. */
export const attempt = <A>(body: () => A): Effect.Effect<A, BackendError> =>
  Effect.try({ try: body, catch: (error) => error }).pipe(
    Effect.catchAll((error) =>
      error instanceof BackendError ? Effect.fail(error) : Effect.die(error)
    )
  )

/**
 * Computes in two parts, each without a break: `forth`, then `back` with the scalars read that `forth`
 * has given along with what `back` needs. Disposes of every tensor that is not kept.
 */
export const between = <A extends Computed, B>(
  forth: () => A,
  back: (computed: A, read: Record<string, number>) => B
): Effect.Effect<B, BackendError> =>
  tf.getBackend() === "webgpu"
    ? deferred(forth, back)
    : attempt(() =>
        scoped(() => {
          const computed = forth()
          const read = named(computed.metrics, (tensor) => tensor.dataSync()[0]!)
          tf.dispose(computed.metrics as Record<string, Tensor>)
          return back(computed, read)
        })
      )

/** Scalars to be read, and further tensors. */
interface Computed {
  readonly metrics: Scalars
  readonly gradients: ReadonlyMap<string, Tensor>
}

const deferred = <A extends Computed, B>(
  forth: () => A,
  back: (computed: A, read: Record<string, number>) => B
): Effect.Effect<B, BackendError> =>
  Effect.flatMap(
    attempt(() =>
      scoped(() => {
        const computed = forth()
        const held = [...Object.values(computed.metrics), ...computed.gradients.values()]
        return { computed, held: held.map((tensor) => tf.keep(tensor)) }
      })
    ),
    ({ computed, held }) => {
      const dispose = Effect.sync(() => tf.dispose(held))
      return read(computed.metrics).pipe(
        Effect.flatMap((read) => attempt(() => scoped(() => back(computed, read)))),
        // Not `ensuring`: what is given to an uninterruptible effect V8 keeps.
        Effect.tapErrorCause(() => dispose),
        Effect.zipLeft(dispose)
      )
    }
  )

/** Like `tf.tidy`, for results of any kind: tensors in them must be kept. */
const scoped = <A>(body: () => A): A => {
  let result: A
  tf.tidy(() => {
    result = body()
  })
  return result!
}

const read = (tensors: Scalars): Effect.Effect<Record<string, number>, BackendError> =>
  Effect.map(values(Object.values(tensors)), (read) =>
    Object.fromEntries(Object.keys(tensors).map((name, i) => [name, read[i]![0]!]))
  )

const named = (tensors: Scalars, read: (tensor: Scalar) => number): Record<string, number> => {
  const values: Record<string, number> = {}
  for (const name in tensors) values[name] = read(tensors[name]!)
  return values
}
