import { describe, expect, it } from "@effect/vitest"
import { Subset } from "../../src/data/Subset.js"
import * as Random from "../../src/training/Random.js"

describe("Subset", () => {
  it.each([
    [1, 1],
    [31, 0.5],
    [512, 0.9],
    [5000, 0.5],
    [5000, 0.001],
    [70_000, 0.99]
  ])("finds the members among %d, of which are %d", (size, share) => {
    const rng = Random.generator(Random.make(size), "subset")
    const assignment = Uint8Array.from({ length: size }, () => (rng() < share ? 0 : 2))
    assignment[0] = 0
    const members = [...assignment.keys()].filter((i) => assignment[i] === 0)
    const subset = Subset.of(assignment, 0)
    expect(subset.size).toBe(members.length)
    expect(members.map((_, i) => subset.at(i))).toStrictEqual(members)
    const listed: Array<number> = []
    for (const part of subset.parts()) listed.push(...part)
    expect(listed).toStrictEqual(members)
    expect([...assignment.keys()].filter((i) => subset.has(i))).toStrictEqual(members)
  })

  it("may have no members", () => {
    expect([...Subset.of(new Uint8Array(100), 1).parts()]).toStrictEqual([])
  })
})
