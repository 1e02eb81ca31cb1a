import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import type { Obstacle } from "./Obstacle.js"

/** Runs on plain JavaScript: everywhere, and some hundred times slower. */
export const start: Effect.Effect<void, Obstacle> = Effect.promise(async () => {
  silence()
  await tf.setBackend("cpu")
})

/** Keeps the plain JavaScript backend from advertising the native one on the console. */
export const silence = (): void => {
  Object.assign(tf.engine().findBackend("cpu"), { firstUse: false })
}
