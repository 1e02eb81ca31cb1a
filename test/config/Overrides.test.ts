import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Overrides from "../../src/config/Overrides.js"

const parse = (text: string) => Either.getOrThrow(Overrides.parse(text))
const set = (json: unknown, ...texts: ReadonlyArray<string>) =>
  Overrides.apply(json, texts.map(parse))

describe("Overrides.parse", () => {
  it.each([
    ["training.num_epochs=150", ["training", "num_epochs"], 150],
    ["data.root=null", ["data", "root"], null],
    ["data.root=../recordings", ["data", "root"], "../recordings"],
    ['data.root="null"', ["data", "root"], "null"],
    ["training.learning_rate=1e-3", ["training", "learning_rate"], 0.001],
    ["a=true", ["a"], true],
    ["a=[1, 2]", ["a"], [1, 2]],
    ['a={"b":{"c":1}}', ["a"], { b: { c: 1 } }],
    ["a=b=c", ["a"], "b=c"],
    ["a=", ["a"], ""],
    ["a={b", ["a"], "{b"]
  ])("reads %s", (text, path, value) => {
    expect(parse(text)).toEqual({ path, value })
  })

  it.each([
    [
      "training.num_epochs",
      "--set training.num_epochs: there is no =; for example --set training.num_epochs=150"
    ],
    ["", "--set '': it is empty; for example --set training.num_epochs=150"],
    [
      "=5",
      "--set =5: the path before = has an empty name; for example --set training.num_epochs=150"
    ],
    [
      "training..seed=5",
      "--set training..seed=5: the path before = has an empty name; for example --set training.num_epochs=150"
    ]
  ])("refuses %s", (text, message) => {
    const error = Either.getOrThrow(Either.flip(Overrides.parse(text)))
    expect(error.reason).toMatchObject({ _tag: "BadOverride", text })
    expect(error.message).toBe(message)
  })
})

describe("Overrides.apply", () => {
  it("replaces one field and leaves the rest, and its argument, alone", () => {
    const json = { training: { seed: 1, num_epochs: 3 }, data: [1] }
    expect(set(json, "training.seed=2")).toEqual({
      training: { seed: 2, num_epochs: 3 },
      data: [1]
    })
    expect(json.training.seed).toBe(1)
  })

  it("makes the objects on the way", () => {
    expect(set({}, "a.b.c=1")).toEqual({ a: { b: { c: 1 } } })
    expect(set({ a: null }, "a.b=1")).toEqual({ a: { b: 1 } })
  })

  it("lets the last one win", () => {
    expect(set({}, "a=1", "a=2")).toEqual({ a: 2 })
    expect(set({}, "a.b=1", "a={}")).toEqual({ a: {} })
  })

  it("takes __proto__ for a name like any other", () => {
    const result = set({}, "__proto__.polluted=1")
    expect(Object.keys(result as object)).toEqual(["__proto__"])
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
  })
})

describe("Overrides.reaches", () => {
  const overrides = [parse("a.b=1")]
  it.each([
    ["a.b", true],
    ["a.b.c", true],
    ["a", true],
    ["a.bc", false],
    ["a.c", false],
    ["", false]
  ])("%j: %j", (path, expected) => {
    expect(Overrides.reaches(overrides, path)).toBe(expected)
  })
})
