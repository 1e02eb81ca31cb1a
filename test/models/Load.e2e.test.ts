import { testBackend } from "../support/backend.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Models } from "holdfast"
import * as tf from "holdfast/tf"
import * as StartBackend from "../../src/backends/StartBackend.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import { difference, fixture, models } from "./fixtures.js"

await Effect.runPromise(StartBackend.start(testBackend))

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
    ["sequences.keras", "sequences.h5"],
    ["volumes.pth", "volumes.pth"],
    ["volumes.keras", "volumes.keras"]
  ] as const)("has %s predict as its program does, from %s", ([name, file]) =>
    Effect.gen(function* () {
      const model = models[name]()
      yield* Models.load(model, yield* Models.open(fixture(file)))
      expect(difference(model, file === "signals.safetensors" ? file : name)).toBeLessThan(1e-5)
    }).pipe(Effect.provide(NodePlatform.layer))
  )

  it.scoped("has a model.json of TensorFlow.js predict the same, also from quantized weights", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const original = models["images.keras"]()
      yield* Models.load(original, yield* Models.open(fixture("images.keras")))
      yield* Effect.promise(() =>
        original.save(
          tf.io.withSaveHandler(async ({ modelTopology, weightData, weightSpecs }) => {
            const weights = weightSpecs!
            const bytes = Buffer.from(weightData as ArrayBuffer)
            writeFileSync(join(folder, "weights.bin"), bytes)
            const manifest = { weightsManifest: [{ paths: ["weights.bin"], weights }] }
            const text = JSON.stringify({ modelTopology, ...manifest })
            writeFileSync(join(folder, "model.json"), text)
            writeFileSync(join(folder, "weights8.bin"), Buffer.alloc(bytes.length / 4, 3))
            const quantization = { dtype: "uint8", scale: 0.5, min: -1 }
            const packed = weights.map((one) => ({ ...one, quantization }))
            const eight = [{ paths: ["weights8.bin"], weights: packed }]
            writeFileSync(join(folder, "eight.json"), JSON.stringify({ weightsManifest: eight }))
            return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } }
          })
        )
      )
      const model = models["images.keras"]()
      yield* Models.load(model, yield* Models.open(join(folder, "model.json")))
      expect(difference(model, "images.keras")).toBeLessThan(1e-5)
      yield* Models.load(model, yield* Models.open(join(folder, "eight.json")))
      expect([...model.getWeights()[0]!.dataSync()].every((one) => one === 3 * 0.5 - 1)).toBe(true)
    }).pipe(Effect.provide(NodePlatform.layer))
  )
})
