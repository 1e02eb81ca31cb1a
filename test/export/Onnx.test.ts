import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as tf from "holdfast/tf"
import { ExportError } from "../../src/export/ExportError.js"
import { encoded, toOnnx } from "../../src/export/onnx/Onnx.js"
import * as Protobuf from "../../src/io/Protobuf.js"
import { fill, onCpu, sample, weightsOf } from "./models.js"

const plain = { int8: false, metadata: { made: "by a test" } }

const refusal = (layers: ReadonlyArray<tf.layers.Layer>) =>
  Effect.gen(function* () {
    const model = tf.sequential({ layers: [...layers] })
    const weights = yield* weightsOf(model)
    return yield* Effect.flip(
      Effect.try({ try: () => toOnnx(model, weights, plain), catch: (error) => error })
    )
  })

describe("encoded", () => {
  it.effect("writes the file that ONNX Runtime runs with the same results", () =>
    onCpu(
      Effect.gen(function* () {
        const model = sample()
        const bytes = Buffer.concat(encoded(model, yield* weightsOf(model), plain))
        // Checked, and written again, by npm run test:export.
        expect(bytes.equals(readFileSync("test/export/references/sample.onnx"))).toBe(true)
      })
    )
  )
})

describe("toOnnx", () => {
  it.effect("stores large weights as integers with a scale for each output", () =>
    onCpu(
      Effect.gen(function* () {
        const model = fill(
          tf.sequential({ layers: [tf.layers.dense({ units: 32, inputShape: [16] })] })
        )
        const { graph } = toOnnx(model, yield* weightsOf(model), { ...plain, int8: true })
        const sizes = graph.initializers.map(
          ({ name, shape, type }) => `${name} ${type} [${shape}]`
        )
        expect(sizes).toEqual([
          "dense_1.kernel.int8 int8 [16,32]",
          "dense_1.kernel.scale float32 [32]",
          "dense_1.bias float32 [32]"
        ])
        expect(graph.nodes.map(({ operator }) => operator)).toContain("DequantizeLinear")
      })
    )
  )

  it.effect("writes a custom layer by the operations that it runs", () =>
    onCpu(
      Effect.gen(function* () {
        class Squares extends tf.layers.Layer {
          static readonly className = "Squares"
          override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
            return tf.tidy(() => tf.add(tf.square([inputs].flat()[0]!), 3))
          }
        }
        const model = tf.sequential({
          layers: [tf.layers.dense({ units: 2, inputShape: [2] }), new Squares()]
        })
        const before = tf.memory().numTensors
        const { graph } = toOnnx(model, yield* weightsOf(model), plain)
        expect(graph.nodes.map(({ operator }) => operator)).toEqual([
          "Gemm",
          "Mul",
          "Add",
          "Identity"
        ])
        expect(tf.memory().numTensors).toBe(before)
      })
    )
  )

  it.effect.each([
    [
      "a stateful layer",
      () => [tf.layers.simpleRNN({ units: 2, stateful: true, batchInputShape: [1, 3, 2] })],
      /^layer "simple_rnn_1" \(SimpleRNN\) is stateful/
    ],
    [
      "channels first",
      () => [tf.layers.maxPooling2d({ dataFormat: "channelsFirst", inputShape: [2, 4, 4] })],
      /has the channels first; use channelsLast/
    ],
    [
      "an operation that ONNX lacks",
      () => [new Cumulative({ inputShape: [4] })],
      /\(Cumulative\) runs the kernel Cumsum/
    ]
  ] as ReadonlyArray<[string, () => ReadonlyArray<tf.layers.Layer>, RegExp]>)(
    "refuses %s by the name of the layer",
    ([, layers, message]) =>
      onCpu(
        Effect.gen(function* () {
          const error = yield* refusal(layers())
          expect(error).toBeInstanceOf(ExportError)
          expect((error as ExportError).message).toMatch(message)
        })
      )
  )
})

class Cumulative extends tf.layers.Layer {
  static readonly className = "Cumulative"
  override call(inputs: tf.Tensor | Array<tf.Tensor>): tf.Tensor {
    return tf.cumsum([inputs].flat()[0]!, 1)
  }
}

describe("Protobuf", () => {
  it("writes varints, floats and nested messages as the wire format has them", () => {
    const hex = (message: Protobuf.Message) =>
      Buffer.from(Protobuf.encoded(message)).toString("hex")
    expect(hex(Protobuf.integer(1, 150))).toBe("089601")
    expect(hex(Protobuf.integer(1, -1))).toBe("08ffffffffffffffffff01")
    expect(hex(Protobuf.integer(16, 0))).toBe("800100")
    expect(hex(Protobuf.text(2, "testing"))).toBe("120774657374696e67")
    expect(hex(Protobuf.nested(3, Protobuf.integer(1, 150)))).toBe("1a03089601")
    expect(hex(Protobuf.float(2, 1))).toBe("150000803f")
  })
})
