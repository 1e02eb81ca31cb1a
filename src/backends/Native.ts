import util from "node:util"
import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import { keepRegistered } from "./tfjs/keepRegistered.js"
import * as Patches from "./tfjs/Patches.js"
import { BackendUnavailable, whyNotLoaded } from "./BackendUnavailable.js"

/** The packages that bring native TensorFlow, the better first. */
export const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const

const remedy = t`\`npm install @tensorflow/tfjs-node-gpu@4.22.0\` (or \`@tensorflow/tfjs-node@4.22.0\`) downloads it; where it cannot, \`node node_modules/holdfast/scripts/native-build.mjs\` builds it`

/**
 * Loads native TensorFlow and runs on it. A package may be installed without its native addon, as
 * after `npm install --ignore-scripts`: what counts is that it loads.
 */
export const start = (
  load: (name: string) => Promise<unknown> = (name) => import(name)
): Effect.Effect<void, BackendUnavailable> =>
  Effect.gen(function* () {
    yield* Effect.sync(defineRemovedUtility)
    let why = t`native TensorFlow, which is optional, is not installed`
    for (const name of packages) {
      const loaded = yield* Effect.either(Effect.tryPromise(() => keepRegistered(() => load(name))))
      if (loaded._tag === "Right") return yield* use(name)
      why = reasonOf(name, loaded.left.error) ?? why
    }
    return yield* new BackendUnavailable({ why, remedy })
  })

/** Why a package does not load; undefined if it is not installed. */
const reasonOf = (name: string, error: unknown): string | undefined =>
  String(error).includes("tfjs_binding.node) can not be found")
    ? t`${name} is installed without its native addon`
    : whyNotLoaded(name, error)

const use = (name: string) =>
  Effect.tryPromise(() => tf.setBackend("tensorflow")).pipe(
    Effect.orElseSucceed(() => false),
    Effect.filterOrFail(
      (ready) => ready,
      () =>
        new BackendUnavailable({
          why: t`${name} belongs to another copy of TensorFlow.js`,
          remedy: t`install version 4.22.0 of it`
        })
    ),
    Effect.andThen(Patches.install("tensorflow"))
  )

/** The native package still calls a function that Node 23 has removed. */
const defineRemovedUtility = (): void => {
  if ("isNullOrUndefined" in util) return
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined
  })
}
