import { safetensors as reader } from "@jax-js/loaders"
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Safetensors from "../support/safetensors.js"
import type { Tensor } from "../support/safetensors.js"

const floats = (...values: Array<number>) => new Uint8Array(new Float32Array(values).buffer)

const tensors = new Map<string, Tensor>([
  ["mask", { dtype: "BOOL", shape: [3], bytes: new Uint8Array([1, 0, 1]) }],
  ["b", { dtype: "F32", shape: [], bytes: floats(-0.5) }],
  ["a", { dtype: "F32", shape: [2, 1], bytes: floats(1, 2) }],
  ["none", { dtype: "F32", shape: [0, 4], bytes: new Uint8Array() }],
  ["__proto__", { dtype: "I32", shape: [1], bytes: new Uint8Array([7, 0, 0, 0]) }]
])
const metadata = new Map([
  ["format", "holdfast"],
  ["quoted", '{"a":"\\"é\u{1f600}"}'],
  ["__proto__", "a name like another"]
])

const encoded = () => Either.getOrThrow(Safetensors.encode({ metadata, tensors }))

/** A file with this text as its header and `data` zeros behind it. */
const raw = (header: string | Uint8Array, data = 0, length?: number) => {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header
  const bytes = new Uint8Array(8 + json.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? json.length), true)
  bytes.set(json, 8)
  return bytes
}

const reasonOf = (bytes: Uint8Array) =>
  Either.match(Safetensors.decode(bytes), {
    onLeft: (error) => error.reason,
    onRight: () => "read"
  })

describe("Safetensors", () => {
  it("reads what it wrote", () => {
    const read = Either.getOrThrow(Safetensors.decode(encoded()))
    expect(read.metadata).toEqual(metadata)
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()))
  })

  it("orders tensors by width and name, aligned, as the reference writer does", () => {
    const bytes = encoded()
    const length = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const read = Either.getOrThrow(Safetensors.decode(bytes))
    expect([...read.tensors.keys()]).toEqual(["__proto__", "a", "b", "none", "mask"])
    expect(bytes[8]).toBe(0x7b)
  })

  it("is read by an independent reader", () => {
    const named = new Map([...tensors].filter(([name]) => name !== "__proto__"))
    const bytes = Either.getOrThrow(Safetensors.encode({ metadata: new Map(), tensors: named }))
    const read = reader.parse(bytes as Uint8Array<ArrayBuffer>)
    expect(Object.keys(read.tensors).sort()).toEqual([...named.keys()].sort())
    expect(read.tensors.a).toMatchObject({ dtype: "F32", shape: [2, 1] })
    expect([...(read.tensors.a?.data ?? [])]).toEqual([1, 2])
    expect([...(read.tensors.b?.data ?? [])]).toEqual([-0.5])
    expect([...(read.tensors.mask?.data ?? [])]).toEqual([1, 0, 1])
  })

  const entry = (begin: number, end: number, shape = `[${end - begin}]`) =>
    `{"dtype":"U8","shape":${shape},"data_offsets":[${begin},${end}]}`

  it.each<[string, Uint8Array, string]>([
    ["nothing at all", new Uint8Array(), "Truncated"],
    ["half a length", new Uint8Array(5), "Truncated"],
    ["no tensors", raw("{}"), "read"],
    ["padding", raw("{}      "), "read"],
    ["a header past the end", raw("{}", 0, 3), "Truncated"],
    ["a header beyond the limit", raw("{}", 0, 100_000_001), "BadHeader"],
    ["a length of 2^63", raw("{}", 0, 2 ** 63), "BadHeader"],
    ["text that is not JSON", raw("{a}"), "BadHeader"],
    ["an array", raw("[]"), "BadHeader"],
    ["a space before the brace", raw(" {}"), "BadHeader"],
    ["bytes that are not UTF-8", raw(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), "BadHeader"],
    ["metadata that is a number", raw(`{"__metadata__":1}`), "BadMetadata"],
    ["a number in metadata", raw(`{"__metadata__":{"a":1}}`), "BadMetadata"],
    ["a name twice", raw(`{"a":${entry(0, 1)},"a":${entry(0, 1)}}`, 1), "DuplicateKey"],
    [
      "a name in two spellings",
      raw(`{"a":${entry(0, 1)},"\\u0061":${entry(0, 1)}}`, 1),
      "DuplicateKey"
    ],
    ["a metadata key twice", raw(`{"__metadata__":{"a":"","a" : ""}}`), "DuplicateKey"],
    ["a name again as a value", raw(`{"__metadata__":{"a":"b","b":"a"}}`), "read"],
    ["an escaped quote", raw(`{"__metadata__":{"a":"\\"a\\":","b":"\\\\"}}`), "read"],
    ["an entry that is a number", raw(`{"a":1}`), "BadTensor"],
    [
      "an unknown type",
      raw(`{"a":{"dtype":"F31","shape":[],"data_offsets":[0,4]}}`, 4),
      "BadTensor"
    ],
    [
      "a type like a method",
      raw(`{"a":{"dtype":"toString","shape":[],"data_offsets":[0,4]}}`, 4),
      "BadTensor"
    ],
    [
      "a field too many",
      raw(`{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":0}}`, 1),
      "BadTensor"
    ],
    ["a negative dimension", raw(`{"a":${entry(0, 1, "[-1,-1]")}}`, 1), "BadTensor"],
    ["half an element", raw(`{"a":${entry(0, 1, "[0.5,2]")}}`, 1), "BadTensor"],
    ["offsets that do not fit the shape", raw(`{"a":${entry(0, 2, "[3]")}}`, 2), "BadOffsets"],
    ["offsets backwards", raw(`{"a":${entry(2, 0, "[0]")}}`, 2), "BadOffsets"],
    [
      "a shape beyond all numbers",
      raw(`{"a":${entry(0, 2, "[9007199254740991,9007199254740991]")}}`, 2),
      "BadOffsets"
    ],
    [
      "a shape whose product goes beyond all numbers, though a zero follows",
      raw(`{"a":${entry(0, 0, "[9007199254740991,9007199254740991,0]")}}`),
      "BadOffsets"
    ],
    ["a zero before the large", raw(`{"a":${entry(0, 0, "[0,9007199254740991,9]")}}`), "read"],
    [
      "offsets with a point",
      raw(`{"a":${entry(0, 4)}}`.replace("[0,4]", "[0.0,4.0]"), 4),
      "BadHeader"
    ],
    [
      "offsets with an exponent",
      raw(`{"a":${entry(0, 4)}}`.replace("[0,4]", "[0,4e0]"), 4),
      "BadHeader"
    ],
    ["half a character in a name", raw(`{"\\ud800":${entry(0, 1)}}`, 1), "BadHeader"],
    ["half a character in metadata", raw(`{"__metadata__":{"a":"x\\uDC00"}}`), "BadHeader"],
    ["a character in two halves", raw(`{"\\ud83d\\ude00":${entry(0, 1)}}`, 1), "read"],
    ["arrays in arrays", raw(`{"a":${"[".repeat(200)}${"]".repeat(200)}}`), "BadHeader"],
    ["33 dimensions", raw(`{"a":${entry(0, 1, `[${Array(33).fill(1)}]`)}}`, 1), "BadTensor"],
    ["a hole at the start", raw(`{"a":${entry(1, 2)}}`, 2), "BadOffsets"],
    ["a hole between", raw(`{"a":${entry(0, 1)},"b":${entry(2, 3)}}`, 3), "BadOffsets"],
    ["an overlap", raw(`{"a":${entry(0, 2)},"b":${entry(1, 3)}}`, 3), "BadOffsets"],
    ["tensors in another order", raw(`{"b":${entry(1, 3)},"a":${entry(0, 1)}}`, 3), "read"],
    ["too little data", raw(`{"a":${entry(0, 2)}}`, 1), "Truncated"],
    ["a byte too many", raw(`{"a":${entry(0, 2)}}`, 3), "TrailingBytes"]
  ])("%s", (_, bytes, expected) => {
    expect(reasonOf(bytes)).toBe(expected)
  })

  it.each<[string, string, Tensor]>([
    ["a name that is taken", "__metadata__", { dtype: "U8", shape: [0], bytes: new Uint8Array() }],
    ["half a character", "\ud800", { dtype: "U8", shape: [0], bytes: new Uint8Array() }],
    ["a shape of fractions", "a", { dtype: "U8", shape: [0.5, 2], bytes: new Uint8Array(1) }],
    ["bytes too few", "a", { dtype: "F32", shape: [1], bytes: new Uint8Array(3) }]
  ])("refuses to write %s", (_, name, tensor) => {
    const result = Safetensors.encode({ metadata, tensors: new Map([[name, tensor]]) })
    expect(Either.isLeft(result) && result.left.reason).toBe("BadTensor")
  })

  it("refuses to write half a character in metadata", () => {
    const result = Safetensors.encode({ metadata: new Map([["a", "\ud800"]]), tensors })
    expect(Either.isLeft(result) && result.left.reason).toBe("BadMetadata")
  })

  it("refuses more values than any model has before it parses them", () => {
    const text = `{"a":[${"0,".repeat(4_100_000)}0]}`
    const result = Safetensors.decode(raw(text))
    expect(Either.isLeft(result) && result.left.message).toBe(
      "header: has more than 4000000 values"
    )
  })

  it("names the number that is not written as a whole number", () => {
    const bytes = raw(`{"a":${entry(0, 4)}}`.replace("[0,4]", "[0,4e0]"), 4)
    const result = Safetensors.decode(bytes)
    expect(Either.isLeft(result) && result.left.message).toBe(
      "header: 4e0 is not written as a whole number"
    )
  })
})
