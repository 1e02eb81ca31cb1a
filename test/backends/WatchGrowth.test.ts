import { expect, it } from "@effect/vitest"
import { watchGrowth } from "../../src/backends/wasm/MemoryGuard.js"
import { WebAssembly } from "../../src/backends/wasm/WebAssembly.js"

// The shortest module: it imports nothing, and exports nothing.
const empty = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)

it("watchGrowth lets other modules be instantiated meanwhile, with imports and without", async () => {
  await watchGrowth(async () => {
    expect(await WebAssembly.instantiate(empty)).toHaveProperty("instance")
    expect(await WebAssembly.instantiate(empty, {})).toHaveProperty("instance")
  })
})
