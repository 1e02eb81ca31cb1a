import { expect, it } from "@effect/vitest"
import { faultsOfList } from "./onWasm.js"

it("test:native names each test that computes on wasm whatever its backend is, and no other", () => {
  expect(faultsOfList()).toEqual([])
})
