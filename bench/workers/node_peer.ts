/** Holdfast as a peer: training steps of a network with and without workers, in one process. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { Observer } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import { median } from "../median.js"
import { play, startTimer } from "../peers/Player.js"
import { build, takeStep, type Built, type Variant } from "./steps.js"

/** The median step, what it has of the processor, and for how long the event loop was blocked at most. */
export interface Steps {
  readonly ms: number
  readonly cpu: number
  readonly blocked: number
}

const runtime = ManagedRuntime.make(Layer.merge(Backend.layer("wasm"), Observer.silent))
const scope = Effect.runSync(Scope.make())

const built = new Map<string, Built>()

await play({
  /** Steps for so many milliseconds, three at least. */
  steps: ({ milliseconds, ...variant }: Variant & { readonly milliseconds: number }) =>
    runtime.runPromise(
      Effect.gen(function* () {
        const key = JSON.stringify(variant)
        const one =
          built.get(key) ?? (yield* Effect.provideService(build(variant), Scope.Scope, scope))
        built.set(key, one)
        let [last, blocked] = [performance.now(), 0]
        const clock = setInterval(() => {
          blocked = Math.max(blocked, performance.now() - last)
          last = performance.now()
        }, 1)
        const times: Array<number> = []
        const begun = performance.now()
        const end = startTimer()
        while (times.length < 3 || performance.now() - begun < milliseconds) {
          times.push(yield* takeStep(one))
        }
        const { cpu } = end()
        yield* Effect.sleep(5)
        clearInterval(clock)
        const steps: Steps = { ms: median(times), cpu: cpu / times.length, blocked }
        return steps
      })
    )
})
