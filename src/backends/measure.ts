import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import type { BackendError } from "./BackendError.js"
import * as Readback from "./Readback.js"

/**
 * How often a training step is timed, if there is time enough: over the first dozens JavaScript is
 * still being compiled, and steps take several times as long.
 */
const times = 100

/** What was measured of a backend. */
export interface Measurement {
  /** How far a gradient is from the slope measured along it, as a part of it. */
  readonly gradientError: number
  /** The median time of a training step of a small time-delay network, in milliseconds. */
  readonly step: number
}

type Network = ReturnType<typeof network>

/** The error of a gradient and the time of a step on the current backend, in about `seconds`. */
export const measure = (seconds: number): Effect.Effect<Measurement, BackendError> =>
  withNetwork((given) =>
    Effect.all({
      gradientError: errorAlongGradient(given),
      step: timeOf(
        read(() => tf.variableGrads(given.loss, [...given.weights]).value),
        seconds
      )
    })
  )

/** The error of a gradient on the current backend. */
export const gradientError: Effect.Effect<number, BackendError> = Effect.suspend(() =>
  withNetwork(errorAlongGradient)
)

const withNetwork = <A, E>(body: (given: Network) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(Effect.sync(network), body, ({ model }) =>
    Effect.sync(() => model.dispose())
  )

/** A small time-delay network of a kind of each kernel, and its loss on eight examples. */
const network = () => {
  const { layers } = tf
  const seeded = (seed: number) => tf.initializers.glorotNormal({ seed })
  const model = tf.sequential({
    layers: [
      layers.conv1d({
        filters: 16,
        kernelSize: 5,
        activation: "tanh",
        kernelInitializer: seeded(1),
        inputShape: [40, 16]
      }),
      layers.batchNormalization(),
      layers.averagePooling1d({ poolSize: 2 }),
      layers.conv1d({ filters: 16, kernelSize: 3, kernelInitializer: seeded(2) }),
      layers.globalAveragePooling1d({}),
      layers.dense({ units: 4, kernelInitializer: seeded(3) })
    ]
  })
  const loss = () => {
    const inputs = tf.randomNormal([8, 40, 16], 0, 1, "float32", 4)
    const labels = tf.oneHot([0, 1, 2, 3, 0, 1, 2, 3], 4)
    const logits = model.apply(inputs, { training: true }) as tf.Tensor
    return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar
  }
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
  return { model, weights, loss }
}

const read = (compute: () => tf.Scalar): Effect.Effect<number, BackendError> =>
  Effect.map(
    Readback.scalars(() => ({ value: compute() })),
    ({ value }) => value!
  )

/** Steps a little up and down the gradient: the loss should change by its length times the step. */
const errorAlongGradient = ({ weights, loss }: Network): Effect.Effect<number, BackendError> =>
  Effect.acquireUseRelease(
    Effect.sync(() =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss, [...weights])
        return weights.map((weight) => [weight.clone(), grads[weight.name]!] as const)
      })
    ),
    (starts) =>
      Effect.gen(function* () {
        const squares = () => tf.addN(starts.map(([, gradient]) => tf.sum(tf.square(gradient))))
        const length = Math.sqrt(yield* read(squares as () => tf.Scalar))
        const at = (step: number) =>
          read(() => {
            weights.forEach((weight, i) => {
              const [start, gradient] = starts[i]!
              weight.assign(tf.add(start, tf.mul(gradient, step / length)))
            })
            return loss()
          })
        const step = 0.01
        const slope = ((yield* at(step)) - (yield* at(-step))) / (2 * step)
        return Math.abs(slope - length) / length
      }),
    (starts) => Effect.sync(() => tf.dispose(starts as never))
  )

const timeOf = Effect.fnUntraced(function* <E>(body: Effect.Effect<unknown, E>, seconds: number) {
  yield* body
  const taken: Array<number> = []
  const end = performance.now() + seconds * 1000
  while (taken.length < times && performance.now() < end) {
    const start = performance.now()
    yield* body
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)[taken.length >> 1]!
})
