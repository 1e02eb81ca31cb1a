// Bundled in front of TensorFlow.js' own tests: makes Jasmine's globals, and starts the backend named
// by HOLDFAST_BACKEND with all of Holdfast's patches.
import * as tf from "holdfast/tf"
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util.js"
import * as Effect from "effect/Effect"
// @ts-expect-error It has no types.
import jasmineCore from "jasmine-core"
import type { BackendName } from "../../src/backends/BackendName.js"
import { start } from "../../src/backends/StartBackend.js"
import type { Result } from "./Result.js"

/** What is used of Jasmine. */
interface Jasmine {
  readonly configure: (options: {
    readonly random: boolean
    readonly specFilter?: (spec: { readonly getFullName: () => string }) => boolean
  }) => void
  readonly addReporter: (reporter: {
    readonly specStarted: (spec: { readonly fullName: string }) => void
    readonly specDone: (spec: {
      readonly fullName: string
      readonly status: Result["status"]
      readonly failedExpectations: ReadonlyArray<{ readonly message: string }>
    }) => void
  }) => void
  readonly execute: () => Promise<unknown>
}

const name = process.env["HOLDFAST_BACKEND"] as BackendName

const globals = jasmineCore.noGlobals() as { readonly jasmine: { readonly getEnv: () => Jasmine } }
Object.assign(globalThis, globals)
export const jasmine = globals.jasmine.getEnv()
jasmine.configure({ random: false })

await Effect.runPromise(start(name))
// The suites reset the engine between them. Our kernels are bound to the memory of this backend.
const backend = tf.backend()
backend.dispose = () => {}
tf.removeBackend(name)
// Tests outside of a suite for backends take the one of the highest priority.
tf.registerBackend(name, () => backend, 99)
setTestEnvs([{ name, backendName: name, isDataSync: true }])
