import type { Scalar, Tensor } from "../tf.js"
import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { BackendError } from "./BackendError.js"
import * as Device from "./webgpu/Device.js"

/** The elements of a tensor. */
export type Values = Float32Array | Int32Array | Uint8Array

/** Reads the elements of tensors, which must not be disposed meanwhile. */
export type Reader = (
  tensors: ReadonlyArray<Tensor>
) => Effect.Effect<ReadonlyArray<Values>, BackendError>

/** The backends that cannot give elements at once, but are read asynchronously. */
const readers = new Map<string, Reader>([["webgpu", Device.read]])

/** Reads what is on a backend by `reader` from now on. */
export const readWith = (backendName: string, reader: Reader): void =>
  void readers.set(backendName, reader)

/** Whether elements can be read at once, by `dataSync`. */
export const isSynchronous = (): boolean => !readers.has(tf.getBackend())

/**
 * The elements of tensors, which must not be disposed meanwhile: at once, but on WebGPU, which has
 * to be waited for, and where reading fails if anything computed before has.
 */
export const values = (
  tensors: ReadonlyArray<Tensor>
): Effect.Effect<ReadonlyArray<Values>, BackendError> =>
  Effect.suspend(() =>
    (
      readers.get(tf.getBackend()) ??
      ((all) => attempt(() => all.map((tensor) => tensor.dataSync())))
    )(tensors)
  )

/**
 * Whether the backend computes on while JavaScript does something else, so that reading has it stand
 * idle: graphics processors, also through native TensorFlow.
 */
export const computesMeanwhile = (): boolean =>
  !isSynchronous() || (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true

/** The same as `values`, in one transfer for all floats. */
export const together = (
  tensors: ReadonlyArray<Tensor>
): Effect.Effect<ReadonlyArray<Values>, BackendError> =>
  Effect.suspend(() => {
    const floats = tensors.filter(({ dtype }) => dtype === "float32")
    if (floats.length < 2) return values(tensors)
    const packed = tf.tidy(() => tf.concat(floats.map((tensor) => tf.reshape(tensor, [-1]))))
    const others = tensors.filter(({ dtype }) => dtype !== "float32")
    return Effect.map(values([packed, ...others]), ([all, ...rest]) => {
      let [taken, other] = [0, 0]
      return tensors.map(({ dtype, size }) =>
        dtype === "float32" ? all!.slice(taken, (taken += size)) : rest[other++]!
      )
    }).pipe(Effect.ensuring(Effect.sync(() => packed.dispose())))
  })

type Tensors = Readonly<Record<string, Tensor>>

/** Computes tensors by name, without a break, reads them, and disposes of them. */
export const arrays = (
  compute: () => Tensors
): Effect.Effect<Record<string, Values>, BackendError> =>
  Effect.suspend(() => {
    if (isSynchronous()) {
      const read = () => named(compute(), (tensor) => tensor.dataSync())
      return attempt(() => tf.tidy(read as () => never) as Record<string, Values>)
    }
    const computed = tf.tidy(compute as () => Record<string, Tensor>)
    return Effect.ensuring(
      read(computed),
      Effect.sync(() => tf.dispose(computed))
    )
  })

/** Like `arrays`, for scalars. */
export const scalars = (
  compute: () => Readonly<Record<string, Scalar>>
): Effect.Effect<Record<string, number>, BackendError> =>
  Effect.map(arrays(compute), (read) => named(read, ([value]) => value!))

/** What a backend throws for itself is a failure; anything else is a defect. */
export const attempt = <A>(body: () => A): Effect.Effect<A, BackendError> =>
  Effect.try({ try: body, catch: (error) => error }).pipe(
    Effect.catchAll((error) =>
      error instanceof BackendError ? Effect.fail(error) : Effect.die(error)
    )
  )

/**
 * Computes in two parts, each without a break: `forth`, then `back` with what was read of the metrics
 * that `forth` has given along with what `back` needs. Disposes of every tensor that is not kept.
 */
export const between = <A extends Computed, B>(
  forth: () => A,
  back: (computed: A, read: Record<string, Values>) => B
): Effect.Effect<B, BackendError> =>
  !isSynchronous()
    ? deferred(forth, back)
    : attempt(() =>
        scoped(() => {
          const computed = forth()
          const read = named(computed.metrics, (tensor) => tensor.dataSync())
          tf.dispose(computed.metrics as Record<string, Tensor>)
          return back(computed, read)
        })
      )

/** Tensors to be read, and further ones. */
interface Computed {
  readonly metrics: Tensors
  readonly gradients: ReadonlyMap<string, Tensor>
}

const deferred = <A extends Computed, B>(
  forth: () => A,
  back: (computed: A, read: Record<string, Values>) => B
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
        // Not `ensuring`: values captured by an uninterruptible effect live until a major collection.
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

const read = (tensors: Tensors): Effect.Effect<Record<string, Values>, BackendError> =>
  Effect.map(values(Object.values(tensors)), (read) =>
    Object.fromEntries(Object.keys(tensors).map((name, i) => [name, read[i]!]))
  )

const named = <A, B>(all: Readonly<Record<string, A>>, of: (one: A) => B): Record<string, B> => {
  const values: Record<string, B> = {}
  for (const name in all) values[name] = of(all[name]!)
  return values
}
