import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe as inWords, probeAll } from "../../src/backends/BackendProbe.js"
import { measure } from "../../src/backends/measure.js"
import { tolerance } from "../../src/backends/Tolerance.js"
import { use, withWrongGradient } from "./backends.js"

describe("examining the backends", () => {
  it.effect(
    "finds that WebAssembly and plain JavaScript compute right gradients",
    () =>
      Effect.gen(function* () {
        const found = yield* probeAll(0.2)
        expect(found.map(({ name }) => name)).toEqual(["tensorflow", "webgpu", "wasm", "cpu"])
        for (const examination of found.slice(2)) {
          expect(examination.available).toBe(true)
          if (!examination.available) continue
          expect(examination.gradientError).toBeLessThan(tolerance)
          expect(examination.step).toBeGreaterThan(0)
        }
      }),
    60_000
  )

  it("sees a gradient that is wrong", async () => {
    await use("wasm")
    const { gradientError } = await withWrongGradient("wasm", () => Effect.runPromise(measure(0.1)))
    expect(gradientError).toBeGreaterThan(tolerance)
  })

  it("says what it found", () => {
    expect(inWords({ name: "tensorflow", available: false, why: "it is not installed" })).toBe(
      "tensorflow: not available: it is not installed"
    )
    expect(inWords({ name: "wasm", available: true, gradientError: 0.0002, step: 3.14 })).toBe(
      "wasm: gradients right (0.02 % off the measured slope), 3.1 ms a step"
    )
    expect(inWords({ name: "wasm", available: true, gradientError: 0.5, step: 3 })).toContain(
      "GRADIENTS WRONG"
    )
  })
})
