// One program of the comparison: `tsx bench/backends/step.ts <stock|BACKEND> <network>` trains
// with Adam on one batch, reading the loss after every step, for a second and then, measured, for
// another one, and prints as JSON how long each step took, and what the core was good for meanwhile.
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import * as tf from "holdfast/tf"
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm"
import * as Effect from "effect/Effect"
import { Backend } from "../../src/backends/Backend.js"
import { isBackendName } from "../../src/backends/BackendName.js"
import { softmaxCrossEntropy } from "../../src/backends/Losses.js"
import * as Optimizer from "../../src/training/Optimizer.js"
import { innerLoop } from "./innerLoop.js"
import { classes, make, type NetworkName } from "./networks.js"

const [variant, name] = process.argv.slice(2)

if (variant === "stock") {
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")
  setWasmPaths(join(dirname(main), "..", "wasm-out", "/"))
  await tf.setBackend("wasm")
} else if (isBackendName(variant!)) {
  await Effect.runPromise(Effect.void.pipe(Effect.provide(Backend.layer(variant))))
} else throw new Error(`${variant} is neither stock nor a backend`)

const { model, inputs, labels } = make(name as NetworkName)
const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
const predict = () => model.apply(inputs, { training: true }) as tf.Tensor
const ourLoss = () => softmaxCrossEntropy(labels, predict())
const oneHot = tf.oneHot(labels, classes)
const stockLoss = () => tf.losses.softmaxCrossEntropy(oneHot, predict()) as tf.Scalar

const learningRate = 1e-5
const optimizer = Optimizer.chain(Optimizer.adam.make())(
  new Map(weights.map((weight) => [weight.name, weight]))
)
const ourStep = (): tf.Scalar => {
  const { value, grads } = tf.variableGrads(ourLoss, weights)
  optimizer.apply(new Map(Object.entries(grads)), learningRate)
  return value
}

const stockOptimizer = tf.train.adam(learningRate)
const stockStep = (): tf.Scalar => stockOptimizer.minimize(stockLoss, true, weights)!

/** A step, and its loss: a graphics processor has to be waited for. */
const step = async (): Promise<void> => {
  const loss = tf.tidy(variant === "stock" ? stockStep : ourStep)
  if (variant === "webgpu") await loss.data()
  else loss.dataSync()
  loss.dispose()
}

type Step = readonly [ms: number, speed: number, cpu: number]

/**
 * The steps of a second at least: the milliseconds that each took, the lower speed of before and
 * after, and the milliseconds of processor time.
 */
const aSecond = async (atLeast: number): Promise<ReadonlyArray<Step>> => {
  const steps: Array<Step> = []
  const begin = performance.now()
  let speed = innerLoop()
  while (steps.length < atLeast || performance.now() < begin + 1000) {
    const before = process.cpuUsage()
    const start = performance.now()
    await step()
    const ms = performance.now() - start
    const { user, system } = process.cpuUsage(before)
    const next = innerLoop()
    steps.push([ms, Math.min(speed, next), (user + system) / 1000])
    speed = next
  }
  return steps
}

// The compilers take that long to finish with a step.
await aSecond(5)
const measured = await aSecond(10)
const { wasm } = tf.backend() as { wasm?: { HEAPU8: Uint8Array } }
console.log(JSON.stringify({ steps: measured, heapMiB: wasm && wasm.HEAPU8.length / 2 ** 20 }))
