// What PyTorch, Keras, Optax and Hugging Face Transformers compute: scripts/optimizer-references.py.
import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { Average, Backend, Config, Optimizer, Scheduler } from "holdfast"
import * as WeightAverage from "../../src/training/average/WeightAverage.js"

interface References {
  readonly shown: ReadonlyArray<number>
  readonly optimizers: ReadonlyArray<{
    readonly config: { readonly name: string }
    readonly rate: number
    readonly weights: ReadonlyArray<ReadonlyArray<number>>
  }>
  readonly schedules: ReadonlyArray<{
    readonly training: { readonly scheduler: { readonly name: string } }
    readonly rates: ReadonlyArray<number>
  }>
  readonly averages: Readonly<Record<"ema" | "swa", ReadonlyArray<number>>>
}
const references = JSON.parse(
  readFileSync(new URL("references.json", import.meta.url), "utf8")
) as References

const start = [-1, -0.5, 0.25, 0.5, 1, 2, -3]
const steps = 200

/** The generator of the script. */
const numbers = (seed: number) => {
  let x = seed
  return () => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff
    return x / 2 ** 30 - 1
  }
}

const gradients = (() => {
  const draw = numbers(1)
  return Array.from({ length: steps }, (_, t) =>
    start.map((_, i) => ((t + i) % 9 === 0 ? 0 : draw() * 10 ** ((i % 3) - 2)))
  )
})()

const decoded = (training: object): Config.Training =>
  Schema.decodeUnknownSync(Config.Training)({
    num_epochs: 8,
    batch_size: 1,
    learning_rate: 0.1,
    seed: 0,
    ...training
  })

describe("Optimizer.fromConfig", () => {
  for (const backend of ["wasm", "cpu"] as const) {
    it.effect(`computes what other libraries do over ${steps} steps on ${backend}`, () =>
      Effect.gen(function* () {
        yield* Backend
        for (const { config, rate, weights } of references.optimizers) {
          const weight = tf.variable(tf.tensor1d(start))
          const training = decoded({ optimizer: config })
          const optimizer = Optimizer.fromConfig(training)(new Map([["w", weight]]))
          const found: Array<ReadonlyArray<number>> = []
          gradients.forEach((gradient, t) => {
            const own = rate * (0.5 + ((t * 7) % 11) / 11)
            tf.tidy(() => optimizer.apply(new Map([["w", tf.tensor1d(gradient)]]), own))
            if (references.shown.includes(t + 1)) found.push([...weight.dataSync()])
          })
          found.forEach((values, at) =>
            values.forEach((value, i) => {
              const expected = weights[at]![i]!
              const what = `${JSON.stringify(config)} after ${references.shown[at]} steps`
              expect(Math.abs(value - expected), what).toBeLessThan(
                1e-4 * Math.max(1, Math.abs(expected))
              )
            })
          )
          optimizer.dispose()
          weight.dispose()
        }
      }).pipe(Effect.provide(Backend.layer(backend)))
    )
  }
})

describe("Scheduler.fromConfig", () => {
  const stepsPerEpoch = 5
  it.each(references.schedules.map((one) => [JSON.stringify(one.training), one] as const))(
    "gives the rates of other libraries: %s",
    (_, { rates, training }) => {
      const scheduler = Scheduler.fromConfig(decoded(training))
      rates.forEach((rate, globalStep) => {
        const found = scheduler.learningRate({
          epoch: Math.floor(globalStep / stepsPerEpoch),
          step: globalStep % stepsPerEpoch,
          globalStep,
          stepsPerEpoch,
          numEpochs: 8,
          totalSteps: rates.length
        })
        expect(found, `step ${globalStep}`).toBeCloseTo(rate, 12)
      })
    }
  )
})

describe("Average", () => {
  it.each([
    ["ema", Average.ema({ decay: 0.9 })],
    ["swa", Average.swa({ start: 10, every_steps: 10 })]
  ] as const)("averages weights as PyTorch's AveragedModel does: %s", (name, average) => {
    const draw = numbers(2)
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: start.length, inputShape: [1], useBias: false })]
    })
    const [kernel] = model.layers[0]!.weights
    const weight = { name: "w", trainable: true, variable: kernel! }
    const live = WeightAverage.make(average, [weight])
    for (let step = 0; step < steps; step++) {
      tf.tidy(() => void kernel!.write(tf.tensor2d([start.map(draw)])))
      live.afterStep({
        epoch: Math.floor(step / 10),
        step: step % 10,
        numEpochs: 20,
        isLast: step % 10 === 9,
        hasUpdated: true
      })
    }
    const expected = references.averages[name]
    live
      .stateDict()
      .tensors["w"]!.dataSync()
      .forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 6)
      })
    live.dispose?.()
    model.dispose()
  })
})
