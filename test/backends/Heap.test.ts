import * as tf from "holdfast/tf"
import { describe, expect, it } from "@effect/vitest"
import { missingInternals, pinnedVersion } from "../../src/backends/wasm/Heap.js"
import { use } from "./backends.js"

describe("what the kernels use of the WebAssembly backend", () => {
  it("is there in the version that is pinned", async () => {
    await use("wasm")
    expect(tf.version_core).toBe(pinnedVersion)
    expect(missingInternals(tf.backend())).toEqual([])
  })

  it("is named where it is missing", () => {
    const { wasm, ...other } = tf.backend() as unknown as { readonly wasm: object }
    expect(missingInternals({ ...other, wasm: { ...wasm, _malloc: undefined } })).toContain(
      "wasm._malloc"
    )
    expect(missingInternals({})).toContain("wasm.asm.memory")
  })
})
