import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { SplitName } from "../../src/data/Dataset.js"
import * as Split from "../../src/data/Split.js"

const rows = (size: number): Split.Splittable => ({ size, keyOf: (i) => i })
const files = (names: ReadonlyArray<string>): Split.Splittable => ({
  size: names.length,
  keyOf: (i) => names[i]!
})
const divided = (split: Split.SplitOption, examples: Split.Splittable) =>
  Either.getOrThrow(Split.indices(split, examples))
const sizes = (split: Split.SplitOption, examples: Split.Splittable) => {
  const { test, train, validation } = divided(split, examples)
  return [train.length, validation.length, test.length]
}
const problem = (split: Split.SplitOption, examples: Split.Splittable): string =>
  Either.match(Split.indices(split, examples), {
    onLeft: ({ message }) => message,
    onRight: () => "none"
  })
const all = (splits: Readonly<Record<SplitName, Int32Array>>) =>
  Object.values(splits)
    .flatMap((some) => [...some])
    .sort((a, b) => a - b)

describe("Split.random", () => {
  it("gives exact fractions and exact numbers, each example once", () => {
    expect(sizes(Split.random.make(), rows(1000))).toStrictEqual([800, 100, 100])
    expect(sizes(Split.random.make({ validation: 7, test: 0.25 }), rows(100))).toStrictEqual([
      68, 7, 25
    ])
    expect(all(divided(Split.random.make(), rows(50)))).toStrictEqual([...Array(50).keys()])
  })

  it("divides the same by the same seed, and otherwise by another", () => {
    const of = (seed: number) => [...divided(Split.random.make({ seed }), rows(100)).test]
    expect(of(3)).toStrictEqual(of(3))
    expect(of(3)).not.toStrictEqual(of(4))
  })

  it("divides each class by itself where it stratifies", () => {
    const classes = Array.from({ length: 200 }, (_, i) => (i < 180 ? "common" : "rare"))
    const examples = { ...rows(200), classOf: (i: number) => classes[i]! }
    const { test, validation } = divided(Split.random.make({ stratify: true }), examples)
    const rare = (some: Int32Array) => some.filter((i) => i >= 180).length
    expect([test.length, rare(test), validation.length, rare(validation)]).toStrictEqual([
      20, 2, 20, 2
    ])
    expect(problem(Split.random.make({ stratify: true }), rows(9))).toContain("classes")
  })

  it("tears no group apart", () => {
    const examples = { ...rows(300), groupOf: (i: number) => `patient ${i % 30}` }
    const splits = divided(Split.random.make(), examples)
    const groups = Object.values(splits).map((some) => new Set([...some].map((i) => i % 30)))
    expect(groups.map(({ size }) => size)).toStrictEqual([24, 3, 3])
    expect(new Set(groups.flatMap((some) => [...some])).size).toBe(30)
  })

  it("refuses shares that are none, and names an empty split", () => {
    expect(() => Split.random.make({ test: 1.5 })).toThrow("whole number")
    expect(problem(Split.random.make(), rows(3))).toBe(
      "split: leaves no examples for validation (train 3, validation 0, test 0); divide otherwise, or add examples"
    )
  })
})

describe("Split.hash", () => {
  it("moves no example where others are added or removed", () => {
    const names = Array.from({ length: 400 }, (_, i) => `file-${i}.png`)
    const splitOf = (some: ReadonlyArray<string>) => {
      const { test } = divided(Split.hash.make(), files(some))
      return new Set([...test].map((i) => some[i]!))
    }
    const before = splitOf(names)
    const after = splitOf(names.filter((_, i) => i % 3 !== 0))
    expect([...after].every((name) => before.has(name))).toBe(true)
    expect(before.size).toBeGreaterThan(20)
    expect(before.size).toBeLessThan(60)
  })

  it("keeps groups together", () => {
    const examples = { ...rows(1000), groupOf: (i: number) => i % 50 }
    const { test, train, validation } = divided(Split.hash.make({ test: 0.2 }), examples)
    const of = (some: Int32Array) => new Set([...some].map((i) => i % 50)).size
    expect(of(train) + of(validation) + of(test)).toBe(50)
  })
})

describe("Split.placeOf", () => {
  it("spreads texts and numbers evenly, and always the same", () => {
    for (const keyOf of [(i: number) => i, (i: number) => `row ${i}`]) {
      const counts = Array.from({ length: 10 }, () => 0)
      for (let i = 0; i < 10_000; i++) counts[Math.floor(Split.placeOf(keyOf(i)) * 10)]! += 1
      expect(Math.min(...counts)).toBeGreaterThan(900)
      expect(Math.max(...counts)).toBeLessThan(1100)
    }
    // What a release divides by must not change in the next.
    expect([Split.placeOf("a"), Split.placeOf(1), Split.placeOf(2 ** 40, 7)])
      .toMatchInlineSnapshot(`
      [
        0.791374270522379,
        0.9815961272142943,
        0.8291960436695527,
      ]
    `)
  })
})

describe("Split.kFold", () => {
  it("tests each example in one fold, and folds are of equal size", () => {
    const tests = [0, 1, 2, 3].map(
      (fold) => divided(Split.kFold.make({ folds: 4, fold }), rows(42)).test
    )
    expect(tests.map(({ length }) => length).sort()).toStrictEqual([10, 10, 11, 11])
    expect(tests.flatMap((some) => [...some]).sort((a, b) => a - b)).toStrictEqual([
      ...Array(42).keys()
    ])
    const { validation } = divided(Split.kFold.make({ folds: 4, fold: 3 }), rows(42))
    expect(validation).toStrictEqual(tests[0])
  })

  it("stratifies, and refuses a fold that is none", () => {
    const examples = { ...rows(50), classOf: (i: number) => i % 2 }
    const { test } = divided(Split.kFold.make({ stratify: true }), examples)
    expect([test.length, test.filter((i) => i % 2 === 1).length]).toStrictEqual([10, 5])
    expect(() => Split.kFold.make({ fold: 5 })).toThrow("there are 5 folds, from 0 to 4")
  })
})

describe("Split.ordered", () => {
  it("keeps the order, the last examples test", () => {
    const { test, train, validation } = divided(Split.ordered.make({ test: 2 }), rows(20))
    expect([train.at(-1), [...validation], [...test]]).toStrictEqual([15, [16, 17], [18, 19]])
  })
})

describe("Split.byName", () => {
  it("takes what the patterns match, and divides the rest by its hash", () => {
    const names = Array.from({ length: 60 }, (_, i) => `${["train", "val", "test"][i % 3]}/${i}`)
    const byFolder = Split.byName.make({ test: "^test/", validation: "^val/" })
    expect(sizes(byFolder, files(names))).toStrictEqual([20, 20, 20])
    const { test, validation } = divided(Split.byName.make({ test: "^test/" }), files(names))
    expect(test.length).toBe(20)
    expect(validation.length).toBeGreaterThan(0)
    expect(problem(Split.byName.make({ test: "(" }), files(names))).toContain("test: Invalid")
  })
})

describe("Split.oneOf", () => {
  it("reads from a config what divides the same as in code", () => {
    const Data = Schema.Struct({ split: Split.oneOf(...Split.builtIn) })
    const decode = Schema.decodeUnknownSync(Data)
    const { split } = decode({ split: { name: "k_fold", fold: 2 } })
    const inCode = Split.kFold.make({ fold: 2 })
    expect(divided(split, rows(50))).toStrictEqual(divided(inCode, rows(50)))
    expect(decode({}).split.name).toBe("random")
  })
})
