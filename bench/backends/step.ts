// One program of the comparison: `tsx bench/backends/step.ts <ours|stock> <network> <steps>` trains
// with Adam on one batch, reading the loss after every step, and prints its median as JSON.
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import * as tf from "@tensorflow/tfjs"
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm"
import * as Effect from "effect/Effect"
import { Backend } from "../../src/backend/Backend.js"
import { softmaxCrossEntropy } from "../../src/backend/Losses.js"
import * as Updates from "../../src/backend/Updates.js"
import { classes, make, type NetworkName } from "./networks.js"

const [variant, name, count] = process.argv.slice(2)

if (variant === "ours") {
  await Effect.runPromise(Effect.void.pipe(Effect.provide(Backend.layer("wasm"))))
} else {
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")
  setWasmPaths(join(dirname(main), "..", "wasm-out", "/"))
  await tf.setBackend("wasm")
}

const { model, inputs, labels } = make(name as NetworkName)
const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable)
const predict = () => model.apply(inputs, { training: true }) as tf.Tensor
const ourLoss = () => softmaxCrossEntropy(labels, predict())
const oneHot = tf.oneHot(labels, classes)
const stockLoss = () => tf.losses.softmaxCrossEntropy(oneHot, predict()) as tf.Scalar

const [beta1, beta2, epsilon, learningRate] = [0.9, 0.999, 1e-8, 1e-5]
const slots = new Map(
  weights.map((w) => [
    w.name,
    { mean: tf.variable(tf.zerosLike(w)), square: tf.variable(tf.zerosLike(w)) }
  ])
)
let steps = 0

const update = (weight: tf.Variable, gradient: tf.Tensor): void => {
  const slot = slots.get(weight.name)!
  const next = Updates.adam(
    { weight, gradient, ...slot },
    {
      beta1,
      beta2,
      rate: learningRate / (1 - beta1 ** steps),
      scale: Math.sqrt(1 - beta2 ** steps),
      epsilon,
      decay: 0,
      factor: 1
    }
  )!
  slot.mean.assign(next.mean)
  slot.square.assign(next.square)
  weight.assign(next.weight)
}

const ourStep = (): number =>
  tf.tidy(() => {
    steps += 1
    const { value, grads } = tf.variableGrads(ourLoss, weights)
    for (const weight of weights) update(weight, grads[weight.name]!)
    return value.dataSync()[0]!
  })

const optimizer = tf.train.adam(learningRate)
const stockStep = (): number =>
  tf.tidy(() => optimizer.minimize(stockLoss, true, weights)!.dataSync()[0]!)

const step = variant === "ours" ? ourStep : stockStep
// The compilers take some steps to finish.
for (let i = 0; i < 15; i++) step()
const before = process.cpuUsage()
const times = Array.from({ length: Number(count) }, () => {
  const start = performance.now()
  step()
  return performance.now() - start
}).sort((a, b) => a - b)
const { HEAPU8 } = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm
const { user, system } = process.cpuUsage(before)
const result = {
  ms: times[times.length >> 1],
  cpu: (user + system) / 1000 / times.length,
  heapMiB: HEAPU8.length / 2 ** 20
}
console.log(JSON.stringify(result))
