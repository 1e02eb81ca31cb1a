import { describe, expect, it } from "@effect/vitest"
import { grid } from "../../../src/sweep/search/GridSearch.js"
import { none } from "../../../src/sweep/search/NoScheduler.js"
import { random } from "../../../src/sweep/search/RandomSearch.js"
import { scramble, sobol, sobol32 } from "../../../src/sweep/search/SobolSearch.js"
import * as Space from "../../../src/sweep/space/Space.js"
import { simulate } from "./simulate.js"

const space: Space.Space = {
  x: Space.uniform(0, 1),
  lr: Space.logUniform(1e-4, 1),
  n: Space.int(1, 8),
  act: Space.choice(["relu", "gelu"])
}
const sweep = {
  seed: 1,
  mode: "min",
  space,
  trials: 16,
  epochs: 3,
  parallel: 4,
  scheduler: none.make(),
  value: (parameters: Space.Sample, epoch: number) => Number(parameters["x"]) / epoch
} as const
const given = { ...sweep, tickets: [], outcomes: [] }

describe("random", () => {
  const sample = (over: object, trial = 3) => random.make().suggest({ ...given, ...over }, trial)!

  it("draws by seed, trial and path alone", () => {
    expect(sample({})).toEqual(sample({ trials: 500, epochs: 1 }))
    expect(sample({ seed: 2 })).not.toEqual(sample({}))
    expect(sample({}, 4)).not.toEqual(sample({}))
    expect(sample({ space: { ...space, more: Space.uniform(0, 1) } })).toMatchObject(sample({}))
  })

  it("has these samples permanently, since sweeps resume by them", () => {
    expect(sample({})).toMatchInlineSnapshot(`
      {
        "act": "gelu",
        "lr": 0.02950569028718624,
        "n": 6,
        "x": 0.7516417353345854,
      }
    `)
  })
})

describe("grid", () => {
  it("ends with the last combination, or the last trial", () => {
    const run = (trials: number) =>
      simulate({
        ...sweep,
        trials,
        search: grid.make(),
        space: { n: Space.int(1, 3), act: space["act"]! }
      }).tickets.map(({ parameters }) => Object.values(parameters).join(" "))
    expect(run(100)).toEqual(["relu 1", "relu 2", "relu 3", "gelu 1", "gelu 2", "gelu 3"])
    expect(run(2)).toEqual(["relu 1", "relu 2"])
  })

  it("asks for the steps of a real number", () => {
    expect(grid.make().check!(given)).toMatchInlineSnapshot(`
      {
        "message": "how many values a grid takes of a real number",
        "path": [
          "space",
          "lr",
          "steps",
        ],
      }
    `)
    expect(grid.make().check!({ ...given, space: { n: Space.int(1, 3) } })).toBeUndefined()
  })
})

describe("sobol", () => {
  // qmc.Sobol(64, scramble=False, bits=32).random(64) of SciPy 1.17: these points in these dimensions.
  const dimensions = [0, 1, 2, 3, 9, 20, 40, 63]
  const scipy = {
    1: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    2: [0.75, 0.25, 0.25, 0.25, 0.75, 0.25, 0.25, 0.75],
    3: [0.25, 0.75, 0.75, 0.75, 0.25, 0.75, 0.75, 0.25],
    17: [0.59375, 0.96875, 0.96875, 0.15625, 0.65625, 0.21875, 0.90625, 0.59375],
    40: [0.234375, 0.078125, 0.265625, 0.984375, 0.359375, 0.390625, 0.890625, 0.765625],
    63: [0.015625, 0.796875, 0.359375, 0.453125, 0.578125, 0.234375, 0.671875, 0.734375]
  }

  it("has SciPy's points before scrambling", () => {
    expect(dimensions.map((d) => sobol32(0, d))).toEqual(dimensions.map(() => 0))
    for (const [n, points] of Object.entries(scipy)) {
      expect(dimensions.map((d) => sobol32(Number(n), d) / 2 ** 32)).toEqual(points)
    }
    // The sum of i × point i, over 1,024 points, of a few dimensions.
    const sums = [0, 1, 7, 31, 63].map((d) =>
      Array.from({ length: 1024 }, (_, i) => ((i + 1) * sobol32(i, d)) / 2 ** 32).reduce(
        (a, b) => a + b
      )
    )
    expect(sums).toEqual([262271.75, 262527.75, 262271.75, 262271.75, 262271.75])
  })

  it("keeps one point in each part of every dimension when scrambled", () => {
    for (const d of [0, 1, 17, 63]) {
      for (const seed of [0, 1, 0xffffffff]) {
        const parts = Array.from({ length: 64 }, (_, n) => scramble(sobol32(n, d), seed) >>> 26)
        expect(new Set(parts).size).toBe(64)
      }
    }
    // And one in each of 8 × 8 squares of the first two.
    const squares = Array.from(
      { length: 64 },
      (_, n) => (scramble(sobol32(n, 0), 7) >>> 29) * 8 + (scramble(sobol32(n, 1), 99) >>> 29)
    )
    expect(new Set(squares).size).toBe(64)
  })

  it("covers every parameter evenly, differently by seed", () => {
    const run = (seed: number) =>
      simulate({ ...sweep, seed, search: sobol.make() }).tickets.map(({ parameters }) => parameters)
    const count = (path: string, part: (value: never) => unknown) => {
      const parts = run(1).map((sample) => part(sample[path] as never))
      return [...new Set(parts)].map((one) => parts.filter((other) => other === one).length)
    }
    expect(count("x", (x: number) => Math.floor(x * 16))).toEqual(Array(16).fill(1))
    expect(count("n", (n: number) => n)).toEqual(Array(8).fill(2))
    expect(count("act", (act: string) => act)).toEqual([8, 8])
    expect(run(1)).toEqual(run(1))
    expect(run(2)).not.toEqual(run(1))
  })

  it("refuses more parameters than it has direction numbers for", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 65 }, (_, i) => [`model.p${i}`, Space.uniform(0, 1)])
    )
    expect(sobol.make().check!({ ...given, space: wide })).toMatchInlineSnapshot(`
      {
        "message": "another search for more than 64 parameters, such as random",
        "path": [
          "search",
        ],
      }
    `)
    expect(sobol.make().check!(given)).toBeUndefined()
  })
})

describe("none", () => {
  it("trains every trial to its end, for as long as there are trials", () => {
    const { outcomes, tickets } = simulate({ ...sweep, search: random.make() })
    expect(tickets.map(({ trial, until }) => [trial, until])).toEqual(
      Array.from({ length: 16 }, (_, i) => [i, 3])
    )
    expect(outcomes.every(({ values }) => values.length === 3)).toBe(true)
  })

  it("trains a trial for its own number of epochs, where the sweep varies that", () => {
    const { tickets } = simulate({
      ...sweep,
      search: grid.make(),
      space: { "training.num_epochs": Space.int(2, 4) }
    })
    expect(tickets.map(({ until }) => until)).toEqual([2, 3, 4])
  })
})
