import { describe, expect, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { curve } from "../../../bench/search/curves.js"
import { problems } from "../../../bench/search/functions.js"
import { cdf, mass, quantile } from "../../../src/sweep/search/Gaussian.js"
import * as Parzen from "../../../src/sweep/search/Parzen.js"
import { random } from "../../../src/sweep/search/RandomSearch.js"
import type { Given } from "../../../src/sweep/search/Search.js"
import { tpe } from "../../../src/sweep/search/Tpe.js"
import * as Space from "../../../src/sweep/space/Space.js"

describe("Gaussian", () => {
  it("has SciPy's values", () => {
    // scipy.stats.norm.cdf and .ppf of SciPy 1.17.
    const values = [
      [-30, 4.906713927147908e-198],
      [-8, 6.22096057427174e-16],
      [-3.1, 0.000967603213218358],
      [-0.5, 0.3085375387259869],
      [0, 0.5],
      [1.7, 0.955434537241457],
      [5, 0.9999997133484281]
    ] as const
    for (const [x, p] of values) expect(Math.abs(cdf(x) / p - 1)).toBeLessThan(1e-8)
    const quantiles = [
      [1e-12, -7.034483825301131],
      [0.01, -2.3263478740408408],
      [0.3, -0.5244005127080409],
      [0.5, 0],
      [0.99, 2.3263478740408408]
    ] as const
    for (const [p, x] of quantiles) expect(quantile(p)).toBeCloseTo(x, 7)
  })

  it("measures intervals far from the middle", () => {
    expect(mass(10, 11) / 7.61966195820302e-24).toBeCloseTo(1, 7)
    expect(mass(-11, -10)).toBe(mass(10, 11))
    expect(mass(-1, 1)).toBeCloseTo(0.6826894921370859, 12)
  })
})

describe("Parzen", () => {
  const parameters = [
    Space.uniform(0, 10),
    Space.int(1, 100, { log: true }),
    Space.choice(["a", "b", "c"]),
    Space.int(0, 20, { step: 5 })
  ]
  const draw = (seed: number) => {
    const generator = fc.sample(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      seed,
      numRuns: 4000
    })
    let i = 0
    return () => generator[i++ % generator.length]!
  }
  const points = [
    [2, Math.log(3), 0, 0],
    [3, Math.log(80), 0, 20],
    [9.5, Math.log(1), 2, 10]
  ]

  it("sums to 1 over the space", () => {
    const of = (i: number, xs: ReadonlyArray<number>, dx: number) => {
      const parzen = Parzen.make(
        [parameters[i]!],
        points.map((point) => [point[i]!]),
        [1, 1, 0.5]
      )
      return xs.reduce((sum, x) => sum + Math.exp(parzen.logDensity([x])) * dx, 0)
    }
    expect(
      of(
        0,
        Array.from({ length: 1000 }, (_, i) => (i + 0.5) / 100),
        0.01
      )
    ).toBeCloseTo(1, 4)
    expect(
      of(
        1,
        Array.from({ length: 100 }, (_, i) => Math.log(i + 1)),
        1
      )
    ).toBeCloseTo(1, 9)
    expect(of(2, [0, 1, 2], 1)).toBeCloseTo(1, 9)
    expect(of(3, [0, 5, 10, 15, 20], 1)).toBeCloseTo(1, 9)
  })

  it("has Optuna's densities", () => {
    // _ParzenEstimator of Optuna 5.0 with the same observations, its log_pdf at the points below.
    const parzen = Parzen.make(parameters, points, [1, 1, 1])
    const at = [
      [2.5, Math.log(10), 0, 5],
      [9, Math.log(2), 2, 10],
      [0.1, Math.log(100), 1, 20]
    ]
    const optuna = [-8.012076660170756, -6.5374419826259125, -12.005940205115843]
    at.forEach((point, i) => expect(parzen.logDensity(point)).toBeCloseTo(optuna[i]!, 7))
  })

  it("draws values of the space, most of them near its points", () => {
    const parzen = Parzen.make(parameters, points, [1, 1, 1])
    const generator = draw(1)
    const samples = Array.from({ length: 500 }, () => parzen.sample(generator))
    for (const [x, n, c, k] of samples) {
      expect(x! >= 0 && x! <= 10 && [0, 1, 2].includes(c!) && [0, 5, 10, 15, 20].includes(k!)).toBe(
        true
      )
      expect(Math.abs(Math.exp(n!) - Math.round(Math.exp(n!)))).toBeLessThan(1e-9)
    }
    const share = (c: number) => samples.filter((sample) => sample[2] === c).length / 500
    expect(share(0)).toBeGreaterThan(share(2))
    expect(share(2)).toBeGreaterThan(share(1))
  })
})

describe("tpe", () => {
  const space: Space.Space = {
    x: Space.uniform(0, 1),
    c: Space.choice(["a", "b"]),
    n: Space.int(1, 9)
  }
  const given = (
    values: ReadonlyArray<number | null | undefined>,
    over: Partial<Given> = {}
  ): Given => {
    const tickets = values.map((_, i) => ({
      number: i,
      trial: i,
      parameters: random.make().suggest({ ...over, seed: 5, space } as Given, i)!,
      until: 4
    }))
    const outcomes = values.flatMap((value, ticket) =>
      value === undefined
        ? []
        : [
            {
              ticket,
              status: value === null ? ("failed" as const) : ("completed" as const),
              values: value === null ? [] : [{ epoch: 4, value }]
            }
          ]
    )
    return { seed: 1, mode: "min", space, trials: 100, epochs: 4, tickets, outcomes, ...over }
  }
  const values = Array.from({ length: 20 }, (_, i) => (i * 7) % 20)

  it("is nearer to the least value than random search, on average over fixed seeds", () => {
    const ratios = problems.map((problem) => {
      const left = (search: typeof tpe | typeof random) =>
        [0, 1, 2].reduce(
          (sum, seed) =>
            sum + curve(problem, search.make(), { seed, trials: 40 }).at(-1)! - problem.least,
          0
        )
      return left(tpe) / left(random)
    })
    expect(ratios.reduce((product, ratio) => product * ratio) ** (1 / ratios.length)).toBeLessThan(
      0.6
    )
  })

  it("has random search's samples until there are enough values", () => {
    const few = given(values.slice(0, 9))
    expect(tpe.make().suggest(few, 9)).toEqual(random.make().suggest(few, 9))
    expect(tpe.make({ startup_trials: 9 }).suggest(few, 9)).not.toEqual(
      random.make().suggest(few, 9)
    )
    // Trials that failed or are open say nothing yet.
    const more = given([...values.slice(0, 9), null, null, undefined])
    expect(tpe.make().suggest(more, 12)).toEqual(random.make().suggest(more, 12))
  })

  it("turns with the mode, and depends on seed and trial", () => {
    const suggest = (over: Partial<Given>, trial = 20, sign = 1) =>
      tpe.make().suggest(
        given(
          values.map((value) => sign * value),
          over
        ),
        trial
      )
    expect(suggest({ mode: "max" }, 20, -1)).toEqual(suggest({}))
    expect(suggest({ mode: "max" })).not.toEqual(suggest({}))
    expect(suggest({ seed: 2 })).not.toEqual(suggest({}))
    expect(suggest({}, 21)).not.toEqual(suggest({}))
  })

  it("keeps away from open trials and from failed ones", () => {
    const xOf = (sample: Space.Sample) => Number(sample["x"])
    const before = given(values)
    const best = before.tickets[0]!.parameters
    const outcomes = before.outcomes.map((outcome, i) => ({
      ...outcome,
      values: [{ epoch: 4, value: Math.abs(xOf(before.tickets[i]!.parameters) - xOf(best)) }]
    }))
    /** How many of 40 suggestions are near the best, with more trials there. */
    const near = (status: "open" | "failed", more: number) => {
      const tickets = [
        ...before.tickets,
        ...Array.from({ length: more }, (_, i) => ({
          ...before.tickets[0]!,
          number: 20 + i,
          trial: 20 + i
        }))
      ]
      const failed = Array.from({ length: status === "failed" ? more : 0 }, (_, i) => ({
        ticket: 20 + i,
        status: "failed" as const,
        values: []
      }))
      return Array.from({ length: 40 }, (_, i) =>
        tpe.make().suggest({ ...before, tickets, outcomes: [...outcomes, ...failed] }, 50 + i)!
      ).filter((sample) => Math.abs(xOf(sample) - xOf(best)) < 0.1).length
    }
    expect(near("open", 0)).toBeGreaterThan(8)
    expect(near("open", 20)).toBeLessThan(near("open", 0) / 2)
    expect(near("failed", 20)).toBe(near("open", 20))
  })

  it("ranks trials that were stopped early below those trained to their end", () => {
    const full = given(values)
    // The best by value, after one epoch only.
    const early = {
      ...full,
      tickets: full.tickets.map((ticket) =>
        ticket.number === 0 ? { ...ticket, until: 1 } : ticket
      )
    }
    const worst = given(values.map((value, i) => (i === 0 ? 100 : value)))
    expect(tpe.make().suggest(early, 20)).toEqual(tpe.make().suggest(worst, 20))
    expect(tpe.make().suggest(early, 20)).not.toEqual(tpe.make().suggest(full, 20))
  })
})
