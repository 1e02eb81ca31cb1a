import * as tf from "../../tf.js"
import * as Effect from "effect/Effect"
import * as Patches from "../tfjs/Patches.js"
import type { BackendUnavailable } from "../BackendUnavailable.js"

/** Runs on plain JavaScript: everywhere, and some hundred times slower. */
export const start: Effect.Effect<void, BackendUnavailable> = Effect.suspend(() => {
  silence()
  return Effect.andThen(
    Patches.install("cpu"),
    Effect.promise(async () => void (await tf.setBackend("cpu")))
  )
})

/** Keeps the plain JavaScript backend from advertising the native one on the console. */
export const silence = (): void => {
  Object.assign(tf.engine().findBackend("cpu"), { firstUse: false })
}
