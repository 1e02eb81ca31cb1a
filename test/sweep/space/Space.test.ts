import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as ParseResult from "effect/ParseResult"
import * as Problems from "../../../src/config/Problems.js"
import * as Parameter from "../../../src/sweep/space/Parameter.js"
import * as Space from "../../../src/sweep/space/Space.js"

const space: Space.Space = {
  "training.learning_rate": Space.logUniform(1e-4, 1e-1, { steps: 4 }),
  "training.batch_size": Space.int(16, 64, { step: 16 }),
  "training.optimizer": Space.choice(["adam", { name: "sgd", momentum: 0.9 }]),
  "model.dropout": Space.uniform(0, 0.5, { steps: 3 })
}

const numbers = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 9 })
    )
    .filter(([, width, step]) => step <= width)
    .map(([low, width, step]) => Space.int(low, low + width, { step })),
  fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2000 }))
    .map(([low, width]) => Space.int(low, low + width, { log: true })),
  fc
    .tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true })
    )
    .map(([low, width]) => Space.uniform(low, low + width)),
  fc
    .tuple(
      fc.double({ min: 1e-9, max: 1e3, noNaN: true }),
      fc.double({ min: 1.01, max: 1e6, noNaN: true })
    )
    .map(([low, factor]) => Space.logUniform(low, low * factor))
)
const parameters: fc.Arbitrary<Space.Parameter> = fc.oneof(
  numbers,
  fc
    .uniqueArray(fc.string(), { minLength: 1, maxLength: 9 })
    .map((choices) => Space.choice(choices))
)
const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

/** What is wrong with a space in JSON, as the command line says it. */
const faults = (json: unknown) =>
  ParseResult.decodeUnknownEither(Space.Space)(json, {
    errors: "all",
    onExcessProperty: "error"
  }).pipe(
    Either.match({
      onLeft: (issue) =>
        Problems.fromIssue(issue, ["space"]).map(
          ({ allowed, kind, path }) => `${path} ${kind}: ${allowed}`
        ),
      onRight: () => []
    })
  )

describe("Parameter.valueAt", () => {
  it("stays within the bounds, on the steps", () => {
    fc.assert(
      fc.property(numbers, unit, (parameter, u) => {
        const value = Parameter.valueAt(parameter, u) as number
        expect(value).toBeGreaterThanOrEqual(parameter.low)
        expect(value).toBeLessThanOrEqual(parameter.high)
        if (parameter.kind === "int")
          expect((value - parameter.low) % (parameter.step ?? 1)).toBe(0)
      })
    )
  })

  it("is undone by unitOf", () => {
    fc.assert(
      fc.property(parameters, unit, (parameter, u) => {
        const value = Parameter.valueAt(parameter, u)
        const again = Parameter.valueAt(parameter, Parameter.unitOf(parameter, value))
        if (typeof value !== "number" || parameter.kind === "int") expect(again).toEqual(value)
        else
          expect(Math.abs(Number(again) - value)).toBeLessThanOrEqual(
            1e-9 * Math.max(1, Math.abs(value))
          )
      })
    )
  })

  it("gives each value of a choice and of integers an equal part", () => {
    const at = (parameter: Space.Parameter, parts: number) =>
      Array.from({ length: parts }, (_, i) => Parameter.valueAt(parameter, (i + 0.5) / parts))
    expect(at(Space.choice(["a", "b", "c"]), 6)).toEqual(["a", "a", "b", "b", "c", "c"])
    expect(at(Space.int(16, 70, { step: 16 }), 8)).toEqual([16, 16, 32, 32, 48, 48, 64, 64])
    expect(at(Space.int(1, 4, { log: true }), 8)).toEqual([1, 1, 1, 1, 2, 2, 3, 4])
  })

  it("takes the middle of a logarithmic range for the geometric mean of its bounds", () => {
    expect(Parameter.valueAt(Space.logUniform(1e-4, 1e-2), 0.5)).toBeCloseTo(1e-3, 12)
    expect(Parameter.valueAt(Space.uniform(2, 4), 0.25)).toBe(2.5)
  })
})

describe("Space.gridAt", () => {
  it("has every combination once, the last path changing fastest", () => {
    const all = Array.from({ length: Space.gridSize(space) }, (_, n) => Space.gridAt(space, n)!)
    expect(all).toHaveLength(3 * 4 * 2 * 4)
    expect(new Set(all.map((sample) => JSON.stringify(sample))).size).toBe(all.length)
    expect(all[0]).toEqual({
      "model.dropout": 0,
      "training.batch_size": 16,
      "training.learning_rate": 1e-4,
      "training.optimizer": "adam"
    })
    expect(all[1]).toEqual({ ...all[0], "training.optimizer": { name: "sgd", momentum: 0.9 } })
    expect(all.at(-1)!["training.learning_rate"]).toBe(0.1)
    expect(Space.gridAt(space, all.length)).toBeUndefined()
  })

  it("spaces numbers evenly on their scale, with both bounds, integers once each", () => {
    const values = (parameter: Space.Parameter) => Parameter.gridValues(parameter)!
    expect(values(Space.uniform(0, 1, { steps: 5 }))).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(values(Space.int(1, 1024, { log: true, steps: 11 }))).toEqual(
      Array.from({ length: 11 }, (_, i) => 2 ** i)
    )
    expect(values(Space.int(0, 2, { steps: 9 }))).toEqual([0, 1, 2])
    values(Space.logUniform(1e-3, 10, { steps: 5 })).forEach((value, i) =>
      expect(value).toBeCloseTo(10 ** (i - 3), 10)
    )
  })

  it("is not there for a real number without steps, which withoutGrid names", () => {
    const real = { ...space, "model.dropout": Space.uniform(0, 0.5) }
    expect(Space.gridAt(real, 0)).toBeUndefined()
    expect(Space.withoutGrid(real)).toBe("model.dropout")
    expect(Space.withoutGrid(space)).toBeUndefined()
  })
})

describe("Space.sampleAt", () => {
  it("does not depend on the order in which the space holds its parameters", () => {
    const turned = Object.fromEntries(Object.entries(space).reverse())
    const units = [0.1, 0.3, 0.5, 0.9]
    const at = (space: Space.Space) => Space.sampleAt(space, (_, i) => units[i]!)
    expect(JSON.stringify(at(turned))).toBe(JSON.stringify(at(space)))
    expect(Space.unitsOf(space, at(space))[0]).toBeCloseTo(0.1, 12)
  })
})

describe("Space.Space", () => {
  it("takes what the constructors make", () => {
    expect(faults(space)).toEqual([])
    expect(faults(JSON.parse(JSON.stringify(space)))).toEqual([])
  })

  it("says of each parameter what is wrong", () => {
    expect(
      faults({
        a: { kind: "uniform", low: 2, high: 1 },
        b: { kind: "log_uniform", low: 0, high: 1 },
        c: { kind: "int", low: 0, high: 8, log: true },
        d: { kind: "int", low: 1, high: 8, log: true, step: 2 },
        e: { kind: "int", low: 0, high: 3, step: 4 },
        f: { kind: "choice", choices: [] },
        g: { kind: "choice", choices: [{ name: "sgd" }, { name: "sgd" }] },
        h: { kind: "int", low: 0.5, high: 3 },
        i: { kind: "normal", low: 0, high: 3 },
        j: { kind: "uniform", low: 0, high: 3, steps: 1 },
        k: { kind: "uniform", low: 0, high: 3, log: true },
        l: 3
      })
    ).toMatchInlineSnapshot(`
      [
        "space.a.low NotAllowed: a number below high, 1; for one value, set it in the config",
        "space.b.low NotAllowed: a number greater than 0",
        "space.c.low NotAllowed: at least 1, where log is true",
        "space.d.step NotAllowed: nothing, where log is true",
        "space.e.step NotAllowed: at most high - low, 3",
        "space.f.choices NotAllowed: a list (of each: a value that JSON can hold) of at least 1",
        "space.g.choices NotAllowed: different values; {"name":"sgd"} is there twice",
        "space.h.low NotAllowed: an integer of at least -9007199254740991 and at most 9007199254740991",
        "space.i.kind NotAllowed: "uniform", "log_uniform", "int" or "choice"",
        "space.j.steps NotAllowed: an integer of at least 2",
        "space.k.log Unknown: kind, low, high, steps (where kind is "uniform")",
        "space.l NotAllowed: an object whose kind is "uniform", "log_uniform", "int" or "choice"",
      ]
    `)
  })

  it("refuses an empty space, empty names, and parameters within one another", () => {
    expect(faults({})).toMatchInlineSnapshot(`
      [
        "space NotAllowed: at least one parameter",
      ]
    `)
    expect(faults({ "training.": Space.uniform(0, 1) })).toMatchInlineSnapshot(`
      [
        "space.training. NotAllowed: names of fields joined by dots, none of them empty",
      ]
    `)
    expect(
      faults({
        "training.optimizer": Space.choice(["adam", "sgd"]),
        "training.optimizer.weight_decay": Space.uniform(0, 1)
      })
    ).toMatchInlineSnapshot(`
      [
        "space.training.optimizer.weight_decay NotAllowed: no parameter here, since training.optimizer sets what it is in",
      ]
    `)
  })
})
