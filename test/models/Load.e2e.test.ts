import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Models } from "holdfast"
import * as StartBackend from "../../src/backends/StartBackend.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import { difference, fixture, models } from "./fixtures.js"

await Effect.runPromise(StartBackend.start("wasm"))

describe("Models.load", () => {
  it.effect.each([
    ["images.pth", "images.pth"],
    ["sequences.pt", "sequences.pt"],
    ["signals.pth", "signals.pth"],
    ["signals.pth", "legacy.pth"],
    ["signals.pth", "signals.safetensors"],
    ["images.keras", "images.keras"],
    ["images.keras", "images.h5"],
    ["sequences.keras", "sequences.keras"],
    ["sequences.keras", "sequences.h5"]
  ] as const)("has %s predict as its program does, from %s", ([name, file]) =>
    Effect.gen(function* () {
      const model = models[name]()
      yield* Models.load(model, yield* Models.open(fixture(file)))
      expect(difference(model, file === "signals.safetensors" ? file : name)).toBeLessThan(1e-5)
    }).pipe(Effect.provide(NodePlatform.layer))
  )
})
