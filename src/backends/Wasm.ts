import { fileURLToPath } from "node:url"
import * as tf from "../tf.js"
import { setWasmPaths } from "../../dist/bundled/tfjs-backend-wasm.cjs"
import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import { silence } from "./cpu/Cpu.js"
import { BackendUnavailable } from "./BackendUnavailable.js"
import * as Patches from "./tfjs/Patches.js"
import * as MemoryGuard from "./wasm/MemoryGuard.js"

/** Runs on WebAssembly with SIMD, with our training kernels, on one thread. */
export const start: Effect.Effect<void, BackendUnavailable> = Effect.gen(function* () {
  const simd = yield* Effect.promise(() => tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))
  if (simd !== true) {
    return yield* new BackendUnavailable({
      why: t`this processor has no SIMD for WebAssembly`,
      remedy: t`use the backend cpu`
    })
  }
  if (MemoryGuard.exhaustion() !== undefined) {
    return yield* new BackendUnavailable({
      why: t`the memory of the WebAssembly backend has run out in this process`,
      remedy: t`start another process`
    })
  }
  const ready = yield* Effect.promise(initialize)
  if (!ready) {
    return yield* new BackendUnavailable({
      why: t`the WebAssembly backend does not start`,
      remedy: t`reinstall holdfast, or use the backend cpu`
    })
  }
  yield* Patches.install("wasm")
})

const initialize = async (): Promise<boolean> => {
  silence()
  // Threads would change the order of sums; one thread gives the same bits on every machine.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false)
  if (tf.engine().registry["wasm"] === undefined) {
    setWasmPaths(fileURLToPath(new URL("../../dist/bundled/", import.meta.url)))
  }
  return withoutNewListeners(() => MemoryGuard.watchGrowth(() => tf.setBackend("wasm")))
}

/** The module's loader listens for uncaught errors of the process, only to rethrow them. */
const withoutNewListeners = async <A>(body: () => Promise<A>): Promise<A> => {
  const events = ["uncaughtException", "unhandledRejection"] as const
  const before = events.map((event) => new Set(process.listeners(event as never)))
  const result = await body()
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as never)) {
      if (!before[i]!.has(listener)) process.removeListener(event, listener)
    }
  })
  return result
}
