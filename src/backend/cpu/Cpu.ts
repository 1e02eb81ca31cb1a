import * as tf from "@tensorflow/tfjs"
import * as Effect from "effect/Effect"
import * as Mends from "../Mends.js"
import type { Obstacle } from "../Obstacle.js"
import { install } from "./Kernels.js"

/** Runs on plain JavaScript: everywhere, and some hundred times slower. */
export const start: Effect.Effect<void, Obstacle> = Effect.promise(async () => {
  silence()
  install()
  Mends.install("cpu")
  await tf.setBackend("cpu")
})

/** Keeps the plain JavaScript backend from advertising the native one on the console. */
export const silence = (): void => {
  Object.assign(tf.engine().findBackend("cpu"), { firstUse: false })
}
