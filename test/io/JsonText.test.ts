import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as JsonText from "../../src/io/JsonText.js"

const loop: Record<string, unknown> = {}
loop.self = loop

describe("JsonText", () => {
  it("gives back every value to the bit", () => {
    const value = {
      numbers: [0, -0, 1e-320, 0.1 + 0.2, 2 ** 53, NaN, Infinity, -Infinity],
      words: ["", "NaN", "\ud800 \u2028", { "": null }],
      flags: [true, false, null]
    }
    const text = Either.getOrThrow(JsonText.stringify(value, "value"))
    expect(Either.getOrThrow(JsonText.parse(text))).toStrictEqual(value)
  })

  it.each<[string, unknown, string]>([
    ["a map", { a: [{ b: new Map() }] }, "state.a[0].b: an instance of Map"],
    ["a typed array", [new Float32Array(1)], "state[0]: an instance of Float32Array"],
    ["a function", { f: () => 0 }, "state.f: function"],
    ["undefined in an array", [undefined], "state[0]: undefined"],
    ["a big integer", 1n, "state: bigint"],
    ["the tag itself", { $number: "1" }, "state: an object with the key $number"]
  ])("refuses %s", (_, value, expected) => {
    expect(JsonText.stringify(value, "state")).toEqual(Either.left(expected))
  })

  it("refuses what never ends", () => {
    expect(Either.isLeft(JsonText.stringify(loop, "state"))).toBe(true)
  })

  it("reads as deep as it writes, and no deeper", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth)
    const deepest = JSON.parse(nested(257)) as unknown
    expect(Either.isRight(JsonText.stringify(deepest, "state"))).toBe(true)
    expect(Either.isLeft(JsonText.stringify([deepest], "state"))).toBe(true)
    expect(Either.isRight(JsonText.parse(nested(257)))).toBe(true)
    expect(JsonText.parse(nested(1_000_000))).toEqual(Either.left("more than 258 levels deep"))
  })

  it("refuses more values than it writes", () => {
    const long = `[${"0,".repeat(5_000_001)}0]`
    expect(JsonText.parse(long)).toEqual(Either.left("more than 5000000 values"))
  })

  it("does not take brackets and commas in strings for any", () => {
    const text = JSON.stringify(["[".repeat(1000), '\\"[[,'.repeat(1000)])
    expect(JsonText.parse(text)).toEqual(Either.right(JSON.parse(text)))
  })

  it("refuses text that is not JSON", () => {
    expect(Either.isLeft(JsonText.parse("{"))).toBe(true)
  })
})
