import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import util from "node:util"
import { isMainThread } from "node:worker_threads"
import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { find, type InstalledPackage } from "../io/InstalledPackage.js"
import { t } from "../language/Text.js"
import * as Determinism from "./Determinism.js"
import * as Environment from "./tensorflow/Environment.js"
import { keepRegistered } from "./tfjs/keepRegistered.js"
import * as Patches from "./tfjs/Patches.js"
import { BackendUnavailable, whyNotLoaded } from "./BackendUnavailable.js"

/** The packages that bring native TensorFlow, the better first. */
export const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const

const remedy = t`\`npm install @tensorflow/tfjs-node-gpu@4.22.0\` (or \`@tensorflow/tfjs-node@4.22.0\`) downloads it; where it cannot, \`node node_modules/holdfast/scripts/native-build.mjs\` builds it`

/** Finds a package that is installed. */
export type Find = (name: string) => InstalledPackage | null

const findHere: Find = (name) => find(import.meta.url, name)

/** The installed package that has its native addon, which may still fail to load; null: none. */
export const installed = (
  locate: Find = findHere
): (InstalledPackage & { readonly name: string }) | null => {
  for (const name of packages) {
    const found = locate(name)
    if (found !== null && hasAddon(found.folder)) return { name, ...found }
  }
  return null
}

/** Why native TensorFlow cannot be loaded, as far as the files show it; null: it may be. */
export const whyNotInstalled = (locate: Find = findHere): string | null => {
  if (installed(locate) !== null) return null
  const name = packages.find((one) => locate(one) !== null)
  return name === undefined ? notInstalled : withoutAddon(name)
}

/** The addon is in a folder named after the version of Node's interface, `lib/napi-v8`. */
const hasAddon = (folder: string): boolean => {
  const lib = join(folder, "lib")
  return (
    existsSync(lib) &&
    readdirSync(lib).some((one) => existsSync(join(lib, one, "tfjs_binding.node")))
  )
}

const notInstalled = t`native TensorFlow, which is optional, is not installed`
const withoutAddon = (name: string) => t`${name} is installed without its native addon`

/**
 * Loads native TensorFlow and runs on it. A package may be installed without its native addon, as
 * after `npm install --ignore-scripts`: what counts is that it loads.
 */
export const start = (
  load: (name: string) => Promise<unknown> = (name) => import(name)
): Effect.Effect<void, BackendUnavailable> =>
  Effect.gen(function* () {
    yield* Effect.sync(defineRemovedUtilities)
    const required = yield* Determinism.DeterminismRequired
    const threads = yield* threadsFor(required)
    let why = notInstalled
    for (const name of packages) {
      const loaded = yield* Effect.either(
        Effect.tryPromise(() =>
          Environment.loadingWith(threads, () => keepRegistered(() => load(name)))
        )
      )
      if (loaded._tag === "Right") {
        yield* use(name)
        return promise(threads, required)
      }
      why = reasonOf(name, loaded.left.error) ?? why
    }
    return yield* new BackendUnavailable({ why, remedy })
  })

/** With how many threads it was loaded in this process. */
let loadedWith: number | undefined

/** With how many threads to load it. It cannot be loaded again with another number. */
const threadsFor = (required: boolean): Effect.Effect<number, BackendUnavailable> => {
  const wanted = Environment.threads(required)
  if (!required) return Effect.succeed(loadedWith ?? wanted)
  const remedy = t`start a process with TF_NUM_INTRAOP_THREADS=${wanted} in its environment`
  if (loadedWith !== undefined && loadedWith !== wanted) {
    const why = t`native TensorFlow runs with ${loadedWith} threads in this process already, which changes its results`
    return Effect.fail(new BackendUnavailable({ why, remedy }))
  }
  if (isMainThread || loadedWith !== undefined) return Effect.succeed(wanted)
  const why = t`the number of threads of native TensorFlow cannot be set in a worker`
  return Effect.fail(new BackendUnavailable({ why, remedy }))
}

/** Fixes and declares what the backend, which has loaded, promises. */
const promise = (threads: number, required: boolean): void => {
  loadedWith ??= threads
  const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean }
  const fixed = Environment.fixOrder(required, isUsingGpuDevice === true)
  Determinism.declare("tensorflow", { holds: fixed ? "Here" : "Nowhere", threads })
}

/** Why a package does not load; undefined if it is not installed. */
const reasonOf = (name: string, error: unknown): string | undefined =>
  String(error).includes("tfjs_binding.node) can not be found")
    ? withoutAddon(name)
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

/** The native package still calls functions that Node 22 warns of, of which Node 23 has removed one. */
const defineRemovedUtilities = (): void => {
  Object.assign(util, {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined
  })
}
