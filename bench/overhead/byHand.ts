// Trains a network by a loop written by hand, an epoch whenever it is its turn.
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Backend } from "../../src/backends/Backend.js"
import { bareStep } from "./bareStep.js"
import { inputShapeOf, make, type NetworkName, steps, training } from "./networks.js"
import { numbers } from "./numbers.js"
import { join } from "./turns.js"

const network = process.argv[2] as NetworkName
await Effect.runPromise(Effect.void.pipe(Effect.provide(Backend.layer("wasm"))))
const { batch_size, learning_rate } = training
const { gather, size } = numbers(batch_size * steps[network], inputShapeOf(network)).train
const step = bareStep(make(network), inputShapeOf(network))

const epoch = (): { readonly loss: number; readonly accuracy: number } => {
  const order = tf.util.createShuffledIndices(size)
  let loss = 0
  let right = 0
  for (let at = 0; at < size; at += batch_size) {
    const batch = gather(Int32Array.from(order.subarray(at, at + batch_size)))
    const [mean, count] = step(batch, learning_rate)
    loss += mean * batch.size
    right += count
  }
  return { loss: loss / size, accuracy: right / size }
}

const turn = join(process.env["SOCKET"]!)
for (;;) {
  const end = await turn()
  epoch()
  end()
}
