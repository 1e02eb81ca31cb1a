import * as tf from "../../tf.js"
import * as Effect from "effect/Effect"
import * as Patches from "../tfjs/Patches.js"
import type { BackendUnavailable } from "../BackendUnavailable.js"
import { install } from "./CpuKernels.js"

/** Runs on plain JavaScript: everywhere, and some hundred times slower. */
export const start: Effect.Effect<void, BackendUnavailable> = Effect.promise(async () => {
  silence()
  install()
  Patches.install("cpu")
  await tf.setBackend("cpu")
})

/** Keeps the plain JavaScript backend from advertising the native one on the console. */
export const silence = (): void => {
  Object.assign(tf.engine().findBackend("cpu"), { firstUse: false })
}
