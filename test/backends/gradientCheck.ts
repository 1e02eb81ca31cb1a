import type { Scalar, Variable } from "holdfast/tf"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import type { BackendName } from "../../src/backends/Backend.js"
import * as Readback from "../../src/backends/Readback.js"
import { numbers, use } from "./backends.js"
import { inDoubles } from "./doubles.js"

/** A function to be differentiated by some variables, made on each backend. */
export interface Subject {
  readonly variables: ReadonlyArray<Variable>
  /** May draw from `Math.random`, which gives the same numbers at each call. */
  readonly objective: () => Scalar
  readonly dispose: () => void
}

/** The gradient by each variable, on a backend, in its single precision. */
export const gradientsOn = async (
  backend: BackendName,
  make: () => Subject
): Promise<ReadonlyArray<Float32Array>> => {
  await use(backend)
  const subject = make()
  const gradients = tf.tidy(() => {
    const { grads } = repeatable(() => tf.variableGrads(subject.objective, [...subject.variables]))
    return subject.variables.map(({ name }) => grads[name]!)
  })
  const values = await Effect.runPromise(Readback.values(gradients))
  tf.dispose(gradients)
  subject.dispose()
  return values as ReadonlyArray<Float32Array>
}

/** The value on a backend, in its single precision. */
export const valueOn = async (backend: BackendName, make: () => Subject): Promise<number> => {
  await use(backend)
  const subject = make()
  const { value } = await Effect.runPromise(
    Readback.scalars(() => ({ value: repeatable(subject.objective) }))
  )
  subject.dispose()
  return value!
}

/** How often each variable is moved, each time in another direction. */
const directions = 2

/** The directions: every element goes up or down. */
const direction = (size: number, which: number): ReadonlyArray<number> =>
  Array.from(numbers(size, 1000 + which), (number) => (number > 0 ? 1 : -1))

/** The slope along each direction, by central differences in double precision. */
export const slopesInDoubles = async (
  make: () => Subject
): Promise<ReadonlyArray<ReadonlyArray<number>>> => {
  await use("cpu")
  return inDoubles(() => {
    const subject = make()
    const slopes = subject.variables.map((variable) =>
      Array.from({ length: directions }, (_, which) => {
        const start = variable.dataSync().slice()
        const towards = direction(variable.size, which)
        const at = (step: number) =>
          tf.tidy(() => {
            const moved = start.map((value, i) => value + step * towards[i]!)
            variable.assign(tf.tensor(moved, variable.shape))
            return repeatable(subject.objective).dataSync()[0]!
          })
        const slope = (at(epsilon) - at(-epsilon)) / (2 * epsilon)
        at(0)
        return slope
      })
    )
    subject.dispose()
    return slopes
  })
}

/** Small, lest a maximum change hands in between; doubles leave room enough. */
const epsilon = 1e-7

/** The slope along each direction that a gradient foretells. */
export const slopesOf = (
  gradients: ReadonlyArray<Float32Array>
): ReadonlyArray<ReadonlyArray<number>> =>
  gradients.map((gradient) =>
    Array.from({ length: directions }, (_, which) => {
      const towards = direction(gradient.length, which)
      return gradient.reduce((sum, value, i) => sum + value * towards[i]!, 0)
    })
  )

/** The largest difference of two sets of slopes, as a part of the size of the gradient. */
export const largestError = (
  slopes: ReadonlyArray<ReadonlyArray<number>>,
  expected: ReadonlyArray<ReadonlyArray<number>>,
  gradients: ReadonlyArray<Float32Array>
): number =>
  Math.max(
    ...expected.flatMap((of, i) => {
      const size = gradients[i]!.reduce((sum, value) => sum + Math.abs(value), 0)
      return of.map((slope, j) => Math.abs(slopes[i]![j]! - slope) / (size + 1e-4))
    })
  )

const repeatable = <A>(body: () => A): A => {
  const original = Math.random
  let state = 1
  Math.random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
  try {
    return body()
  } finally {
    Math.random = original
  }
}
