import { describe, expect, it } from "@effect/vitest"
import { applyMask, maskedPooling, multiHeadAttention } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { distance, setWeights, tensor, use } from "../backends/backends.js"
import { testBackends } from "../support/backend.js"
import { again, slopes } from "./layers.js"

const [WORDS, WIDTH] = [9, 4]

/** Texts of 3, 5 and 1 tokens. */
const texts = [[3, 8, 2], [1, 4, 4, 7, 5], [6]]

const ids = (length: number, side: "start" | "end" = "end") =>
  tf.tensor2d(
    texts.map((text) => {
      const padding = Array.from({ length: length - text.length }, () => 0)
      return side === "end" ? [...text, ...padding] : [...padding, ...text]
    }),
    [texts.length, length],
    "int32"
  )

/** A model of texts of any length, with the layers over their embeddings. */
const modelOf = (...layers: ReadonlyArray<() => tf.layers.Layer>) => {
  const input = tf.input({ shape: [null], dtype: "int32" })
  const embed = tf.layers.embedding({ inputDim: WORDS, outputDim: WIDTH, maskZero: true })
  const output = layers.reduce(
    (x, layer) => layer().apply(x) as tf.SymbolicTensor,
    embed.apply(input) as tf.SymbolicTensor
  )
  const model = tf.model({ inputs: input, outputs: output })
  setWeights(model)
  return model
}
const predict = (model: tf.LayersModel, x: tf.Tensor | Array<tf.Tensor>) => [
  ...(model.apply(x) as tf.Tensor).dataSync()
]

const recurrent = {
  lstm: () => tf.layers.lstm({ units: 3, recurrentActivation: "sigmoid" }),
  "lstm backwards": () => tf.layers.lstm({ units: 3, goBackwards: true }),
  gru: () => tf.layers.gru({ units: 3 }),
  "sequence of a gru": () => tf.layers.gru({ units: 3, returnSequences: true }),
  "gru of resetAfter": () => tf.layers.gru({ units: 3, resetAfter: true }),
  bidirectional: () =>
    tf.layers.bidirectional({
      layer: tf.layers.lstm({ units: 3 }) as never,
      mergeMode: "concat"
    })
}

describe.each(testBackends)("masks on %s", (backend) => {
  it.each(Object.keys(recurrent) as Array<keyof typeof recurrent>)(
    "let a text give the same numbers, to the bit, with any padding at its end: %s",
    async (name) => {
      await use(backend)
      const pooled = name.startsWith("sequence") ? [maskedPooling] : []
      const model = modelOf(recurrent[name], ...pooled)
      const expected = predict(model, ids(5))
      expect(predict(model, ids(6))).toStrictEqual(expected)
      expect(predict(model, ids(17))).toStrictEqual(expected)
      // In front the sums of other rows are taken apart otherwise.
      expect(distance(predict(model, ids(9, "start")), expected)).toBeLessThan(1e-6)
      // One text alone has no padding at all.
      const alone = tf.tensor2d([texts[1]!], [1, 5], "int32")
      const width = expected.length / texts.length
      expect(distance(predict(model, alone), expected.slice(width, 2 * width))).toBeLessThan(1e-6)
    }
  )

  it.each(["mean", "max"] as const)("have the %s of the steps that count", async (mode) => {
    await use(backend)
    const layer = maskedPooling({ mode })
    const x = tensor([3, 40, 7], 4)
    const mask = tf.tensor2d(
      Array.from({ length: 3 }, (_, i) => Array.from({ length: 40 }, (_, t) => t < 20 * i)),
      [3, 40],
      "bool"
    )
    const found = [...layer.call(x, { mask }).dataSync()]
    const rows = x.arraySync() as Array<Array<Array<number>>>
    const expected = rows.flatMap((steps, i) => {
      const own = steps.slice(0, 20 * i)
      return steps[0]!.map((_, c) => {
        const values = own.map((step) => step[c]!)
        if (values.length === 0) return 0
        return mode === "max" ? Math.max(...values) : values.reduce((a, b) => a + b) / values.length
      })
    })
    expect(distance(found, expected)).toBeLessThan(1e-6)
    const longer = tf.concat([x, tensor([3, 17, 7], 5)], 1)
    const wider = tf.concat([mask, tf.zeros([3, 17], "bool")], 1)
    expect([...layer.call(longer, { mask: wider }).dataSync()]).toStrictEqual(found)
    // Without a mask every step counts.
    const full = tf.ones([3, 40], "bool")
    expect(
      distance(layer.call(x).dataSync(), layer.call(x, { mask: full }).dataSync())
    ).toBeLessThan(1e-6)
  })

  it.each([...Object.keys(recurrent), "mean", "max"] as Array<keyof typeof recurrent | "mean">)(
    "give the gradients of central differences, and none of padding: %s",
    async (name) => {
      await use(backend)
      const layer =
        name in recurrent
          ? recurrent[name as keyof typeof recurrent]()
          : maskedPooling({ mode: name as "mean" })
      const x = tensor([3, 5, WIDTH], 7)
      layer.build(x.shape)
      layer.weights.forEach((weight, i) => weight.write(tensor(weight.shape as never, 20 + i)))
      // With a hole in the middle, and padding on both sides.
      const mask = tf.tensor2d(
        [
          [1, 1, 1, 0, 0],
          [0, 1, 0, 1, 1],
          [0, 0, 0, 0, 1]
        ],
        [3, 5],
        "bool"
      )
      const call = (x: tf.Tensor) => layer.call(x, { mask }) as tf.Tensor
      const weights = layer.weights.map((weight) => weight.read())
      const { gradients } = slopes([x, ...weights], () => call(x))
      // Along some direction in all of them at once.
      const all = [x, ...weights.map((weight) => tf.tensor(weight.dataSync(), weight.shape))]
      const directions = all.map(({ shape }, i) => tensor(shape, 40 + i))
      const along = (by: number) => {
        const moved = all.map((one, i) => tf.add(one, tf.mul(directions[i]!, by)))
        layer.weights.forEach((weight, i) => weight.write(moved[i + 1]!))
        const y = call(moved[0]!)
        return tf.sum(tf.mul(y, tensor(y.shape, 3))).dataSync()[0]!
      }
      const step = 2 ** -7
      const expected = (along(step) - along(-step)) / (2 * step)
      const found = gradients
        .flatMap((gradient, i) => {
          const direction = directions[i]!.dataSync()
          return gradient.map((slope, j) => slope * direction[j]!)
        })
        .reduce((a, b) => a + b)
      expect(Math.abs(found - expected)).toBeLessThan(2e-3 * (1 + Math.abs(expected)))
      gradients[0]!.forEach((slope, i) => {
        const [row, t] = [Math.floor(i / (5 * WIDTH)), Math.floor(i / WIDTH) % 5]
        if (!(mask.arraySync()[row]![t] as number)) expect(Math.abs(slope)).toBe(0)
      })
    }
  )

  it("are those of the input of each layer, whatever another branch masks", async () => {
    await use(backend)
    const [a, b] = [0, 1].map(() => tf.input({ shape: [5], dtype: "int32" }))
    const masked = tf.layers.embedding({ inputDim: WORDS, outputDim: WIDTH, maskZero: true })
    const plain = tf.layers.embedding({ inputDim: WORDS, outputDim: WIDTH })
    const lstm = () => tf.layers.lstm({ units: 3 })
    const left = lstm().apply(masked.apply(a!)) as tf.SymbolicTensor
    const right = lstm().apply(plain.apply(b!)) as tf.SymbolicTensor
    const model = tf.model({
      inputs: [a!, b!],
      outputs: tf.layers.concatenate().apply([left, right]) as never
    })
    setWeights(model)
    const both = predict(model, [ids(5), tf.ones([3, 5], "int32")])
    const unpadded = predict(model, [tf.ones([3, 5], "int32"), tf.ones([3, 5], "int32")])
    // What the second LSTM says depends on its own input alone.
    const second = (all: ReadonlyArray<number>) => all.filter((_, i) => i % 6 > 2)
    expect(second(both)).toStrictEqual(second(unpadded))
    expect(both.slice(0, 3)).not.toStrictEqual(unpadded.slice(0, 3))
  })

  it("come from an input, too", async () => {
    await use(backend)
    const tokens = tf.input({ name: "ids", shape: [7], dtype: "int32" })
    const mask = tf.input({ name: "mask", shape: [7], dtype: "int32" })
    const embedded = tf.layers.embedding({ inputDim: WORDS, outputDim: WIDTH }).apply(tokens)
    const given = applyMask().apply([embedded as tf.SymbolicTensor, mask])
    const heard = multiHeadAttention({ numHeads: 2 }).apply(given)
    const model = tf.model({
      inputs: [tokens, mask],
      outputs: maskedPooling().apply(heard) as tf.SymbolicTensor
    })
    setWeights(model)
    const padding = tf.notEqual(ids(7), 0).cast("int32")
    const expected = predict(model, [ids(7), padding])
    // What padding is called does not matter.
    const other = tf.add(ids(7), tf.mul(tf.sub(1, padding), 5)).cast("int32")
    expect(predict(model, [other, padding])).toStrictEqual(expected)
    expect(predict(model, [other, tf.onesLike(padding)])).not.toStrictEqual(expected)
    const copy = await again(model)
    expect(predict(copy, [ids(7), padding])).toStrictEqual(expected)
  })
})

describe("maskedPooling and applyMask", () => {
  it("refuse what is no sequence, and modes that there are not", () => {
    expect(() => maskedPooling({ mode: "sum" as never })).toThrow(/is sum; give "mean" or "max"/)
    expect(() => maskedPooling().apply(tf.input({ shape: [4] }))).toThrow(
      /takes sequences, \[batch, time, width\], not inputs of shape \[,4\]/
    )
    const x = tf.input({ shape: [4, 3] })
    expect(() => applyMask().apply(x)).toThrow(/takes a sequence and its mask/)
    expect(() => applyMask().apply([x, tf.input({ shape: [5] })])).toThrow(/its mask/)
  })
})
