import * as NodePlatform from "../../src/io/NodePlatform.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Export, ExportError } from "holdfast"
import * as tf from "holdfast/tf"
import { quantizeRange, quantizeRows } from "../../src/export/Quantize.js"
import { sampleMeta } from "./meta.js"
import { onCpu, sample } from "./models.js"

const exported = (
  options: Omit<Export.Options, "path"> & { readonly name: string },
  model = sample
) =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
    const files = Export.files(
      { model: model(), meta: sampleMeta },
      { ...options, path: join(folder, options.name) }
    )
    yield* Export.write(yield* files)
    return folder
  }).pipe(Effect.provide(NodePlatform.layer), onCpu)

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"))

describe("Export.files", () => {
  it.effect("writes what TensorFlow.js loads, and how to use it", () =>
    Effect.gen(function* () {
      const folder = join(yield* exported({ name: "web" }), "web")
      const manifest = json(join(folder, "model.json"))
      const data = readFileSync(join(folder, manifest.weightsManifest[0].paths[0]))
      yield* onCpu(
        Effect.gen(function* () {
          const loaded = yield* Effect.promise(() =>
            tf.loadLayersModel({
              load: async () => ({
                modelTopology: manifest.modelTopology,
                weightSpecs: manifest.weightsManifest[0].weights,
                weightData: new Uint8Array(data).buffer
              })
            })
          )
          const input = tf.linspace(-1, 1, 36).reshape([2, 6, 3])
          const [expected, found] = [sample(), loaded].map((one) =>
            (one.predict(input) as tf.Tensor).dataSync()
          )
          expect(found).toEqual(expected)
        })
      )
      const inference = json(join(folder, "inference.json"))
      expect(manifest.userDefinedMetadata).toEqual(inference)
      expect(inference).toMatchObject({
        format: "holdfast-inference",
        inputs: [{ name: "input", shape: [6, 3] }],
        outputs: [{ name: "output", shape: [2], activation: "softmax", classes: ["no", "yes"] }],
        preprocessing: { kind: "standardize", mean: [1], std: [2] }
      })
    })
  )

  it.effect("writes weights named and shaped as in PyTorch", () =>
    Effect.gen(function* () {
      const folder = yield* exported({ name: "w.safetensors", layout: "pytorch" })
      const bytes = readFileSync(join(folder, "w.safetensors"))
      const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString())
      expect(header).toMatchObject({
        "conv1d_1.weight": { shape: [4, 3, 3] },
        "norm.running_var": { shape: [4] },
        "lstm_1.weight_ih_l0": { shape: [8, 4] },
        "dense_1.weight": { shape: [2, 6] }
      })
      expect(header.__metadata__.format).toBe("pt")
    })
  )

  it.effect.each([
    [{ name: "model.bin" }, "its end says no format"],
    [{ name: "model.onnx", format: "keras" }, "keras is .keras, .weights.h5; name it so"],
    [{ name: "model.onnx", format: "tfjs" }, "tfjs is a folder; name it so"],
    [{ name: "w.safetensors", int8: true }, "int8 is for tfjs and onnx"],
    [{ name: "model.onnx", layout: "pytorch" }, "a layout is for safetensors"]
  ] as ReadonlyArray<[Parameters<typeof exported>[0], string]>)(
    "refuses %j",
    ([options, message]) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(exported(options))
        expect(error.message).toContain(message)
      })
  )

  it.effect("writes nothing where a layer cannot be exported", () =>
    Effect.gen(function* () {
      const layer = () =>
        tf.sequential({
          layers: [tf.layers.dense({ units: 1, inputShape: [1], activation: "gelu_new" })]
        })
      const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
      const error = yield* Export.files(
        { model: layer(), meta: sampleMeta },
        { path: join(folder, "web") }
      ).pipe(Effect.provide(NodePlatform.layer), onCpu, Effect.flip)
      expect(error).toBeInstanceOf(ExportError)
      expect(existsSync(join(folder, "web"))).toBe(false)
    })
  )
})

describe("quantizeRows", () => {
  it("rounds to a scale for each index of an axis, and leaves zeros", () => {
    const { scales, values } = quantizeRows(Float32Array.of(1, 100, -0.5, 0, 0, 0), [3, 2], 0)
    expect([...values]).toEqual([1, 127, -127, 0, 0, 0])
    expect([...scales].map((scale) => scale * 127)).toEqual(
      [100, 0.5, 127].map((s) => expect.closeTo(s, 4))
    )
  })
})

describe("quantizeRange", () => {
  it("has the whole range in bytes, with zero exact", () => {
    const { min, scale, values } = quantizeRange(Float32Array.of(-1, 0, 4))
    const back = [...values].map((byte) => byte * scale + min)
    expect(back[1]).toBeCloseTo(0, 12)
    expect(back[0]).toBeCloseTo(-1, 1)
    expect(back[2]).toBeCloseTo(4, 1)
  })
})
