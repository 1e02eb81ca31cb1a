import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { multiHeadAttention } from "holdfast/layers"
import * as tf from "holdfast/tf"
import { layoutsOf } from "../../src/models/Layout.js"
import type { NameMap } from "../../src/models/match/NameMap.js"
import { match } from "../../src/models/Match.js"
import { tensor } from "../../src/models/SourceTensor.js"

/** Tensors of PyTorch by their names, with these shapes. */
const file = (shapes: Readonly<Record<string, ReadonlyArray<number>>>, isOrdered = true) => ({
  isOrdered,
  hasOurNames: false,
  tensors: Object.entries(shapes).map(([name, shape]) => {
    const dot = name.lastIndexOf(".")
    const place = { name, shape, module: name.slice(0, dot), parameter: name.slice(dot + 1) }
    return tensor(place, "F32", () => new Uint8Array())
  })
})

const linear = (name: string, outputs: number, inputs: number) => ({
  [`${name}.weight`]: [outputs, inputs],
  [`${name}.bias`]: [outputs]
})

/** Dense layers with these units, named by letters where `named`. */
const dense = (units: ReadonlyArray<number>, named = false) =>
  tf.sequential({
    layers: units.map((one, i) =>
      tf.layers.dense({
        units: one,
        ...(named && { name: "abc"[i]! }),
        ...(i === 0 && { inputShape: [3] })
      })
    )
  })

const found = (model: tf.LayersModel, from: ReturnType<typeof file>, map?: NameMap) => {
  const { matched, ...rest } = Either.getOrThrow(match(layoutsOf(model), from, map))
  return {
    ...rest,
    matched: Object.fromEntries(matched.map((one) => [one.weight, [one.from[0]!.name, one.by]]))
  }
}

describe("match", () => {
  it("aligns layers and modules by order and shape, and names what is over", () => {
    const from = file({ ...linear("in", 4, 3), ...linear("mid", 5, 4), ...linear("out", 2, 5) })
    const result = found(dense([4, 5, 7]), from)
    expect(Object.values(result.matched)).toStrictEqual([
      ["in.weight", "order"],
      ["in.bias", "order"],
      ["mid.weight", "order"],
      ["mid.bias", "order"]
    ])
    expect(result.mismatched).toStrictEqual([
      { weight: "dense_3.kernel", from: "out.weight", shape: [2, 5], expected: [7, 5] },
      { weight: "dense_3.bias", from: "out.bias", shape: [2], expected: [7] }
    ])
    expect(result.unexpected).toStrictEqual([])
  })

  it("leaves open what several modules would do for, and names them", () => {
    const from = file({ ...linear("one", 3, 3), ...linear("two", 3, 3) })
    const { ambiguous, matched } = found(dense([3]), from)
    expect(matched).toStrictEqual({})
    expect(ambiguous).toStrictEqual([
      { weight: "dense_1.kernel", modules: ["one", "two"] },
      { weight: "dense_1.bias", modules: ["one", "two"] }
    ])
  })

  it("follows names of the user before the order", () => {
    const from = file({ ...linear("b", 3, 3), ...linear("a", 3, 3) })
    expect(found(dense([3, 3], true), from).matched).toMatchObject({
      "a.kernel": ["a.weight", "name"],
      "b.kernel": ["b.weight", "name"]
    })
  })

  it("follows the map, by beginnings of names as well, and leaves out what it maps to null", () => {
    const from = file({ ...linear("net.x", 3, 3), ...linear("head", 3, 3) })
    const result = found(dense([3], true), from, { "net.x": "a", head: null })
    expect(result.matched).toMatchObject({ "a.kernel": ["net.x.weight", "map"] })
    expect(result.ignored).toStrictEqual(["head.weight", "head.bias"])
    expect(result.unexpected).toStrictEqual([])
  })

  it.each([
    [{ nte: "a" }, "the file has no module nte; did you mean net?"],
    [{ net: "aa" }, "the model has no layer aa for net; did you mean a?"]
  ])("refuses a map with an unknown name", (map, message) => {
    const result = match(layoutsOf(dense([3], true)), file(linear("net", 3, 3)), map as never)
    expect(Either.getOrThrow(Either.flip(result))).toBe(message)
  })

  it("matches a file without an order by shapes, where only one module fits", () => {
    const from = file({ ...linear("z", 4, 3), ...linear("y", 5, 4) }, false)
    expect(found(dense([4, 5]), from).matched).toMatchObject({
      "dense_1.kernel": ["z.weight", "shape"],
      "dense_2.kernel": ["y.weight", "shape"]
    })
  })

  it("takes apart what PyTorch's attention joins", () => {
    const x = tf.input({ shape: [3, 4] })
    const layer = multiHeadAttention({ numHeads: 2 })
    const model = tf.model({ inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor })
    const names = ["query", "key", "value"]
    const values = Float32Array.from({ length: 48 }, (_, i) => i)
    const bytes = { "a.in_proj_weight": values, "a.in_proj_bias": values.subarray(0, 12) }
    const shapes = {
      "a.in_proj_weight": [12, 4],
      "a.in_proj_bias": [12],
      ...linear("a.out_proj", 4, 4)
    }
    const from = file(shapes)
    const tensors = from.tensors.map((one) =>
      one.name in bytes
        ? { ...one, read: () => Either.right(bytes[one.name as keyof typeof bytes]) }
        : one
    )
    const { matched, missing, unexpected } = Either.getOrThrow(
      match(layoutsOf(model), { ...from, tensors })
    )
    expect([missing, unexpected]).toStrictEqual([[], []])
    expect(matched.map(({ from }) => from[0]!.name)).toStrictEqual([
      ...names.flatMap((name) => [`a.in_proj_weight (${name})`, `a.in_proj_bias (${name})`]),
      "a.out_proj.weight",
      "a.out_proj.bias"
    ])
    const key = matched.find(({ weight }) => weight.endsWith("key_kernel"))!
    expect(Either.getOrThrow(key.from[0]!.read())[0]).toBe(16)
  })
})
