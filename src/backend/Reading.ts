import type { Scalar, Tensor } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import type { BackendError } from "./BackendError.js"
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
      : Effect.succeed(tensors.map((tensor) => tensor.dataSync()))
  )

/** Computes scalars by name, without a break, reads them, and disposes of them. */
export const scalars = (
  compute: () => Readonly<Record<string, Scalar>>
): Effect.Effect<Record<string, number>, BackendError> =>
  Effect.suspend(() => {
    const computed = Object.entries(tf.tidy(compute as () => Record<string, Scalar>))
    const tensors = computed.map(([, scalar]) => scalar)
    return values(tensors).pipe(
      Effect.map((read) => Object.fromEntries(computed.map(([name], i) => [name, read[i]![0]!]))),
      Effect.ensuring(Effect.sync(() => tensors.forEach((tensor) => tensor.dispose())))
    )
  })
