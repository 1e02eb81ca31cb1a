import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { SearchAlgorithm, Space, Sweep, TrialScheduler } from "holdfast/sweep"
import { Definition, encode, isBuiltIn, strategyOf } from "../../src/sweep/Definition.js"

const options = {
  name: "rates",
  pipeline: "pipeline.ts",
  space: { "training.learning_rate": Space.logUniform(1e-4, 1e-1) },
  trials: 20
} as const

const messageOf = (make: () => unknown): string => {
  try {
    make()
    return "none"
  } catch (error) {
    return (error as Error).message
  }
}

const fixed = SearchAlgorithm.define("fixed", {
  description: "The same for every trial.",
  fields: { rate: Schema.Number },
  make: ({ rate }) => ({ suggest: () => ({ "training.learning_rate": rate }) })
})

/** A definition as a run of the sweep makes it. */
const definitionOf = ({ file }: Sweep.Sweep): Definition => {
  const { $schema: _, checkpoint_dir: _1, config: _2, set: _3, ...shared } = file
  return {
    ...shared,
    version: 1,
    config: {},
    epochs: 9,
    backend: "cpu",
    started_at: "2026-11-28T00:00:00Z"
  }
}

describe("Sweep.make", () => {
  it("fills in what is left out, and takes names for search algorithms with their defaults", () => {
    const { file } = Sweep.make({ ...options, search: "tpe" })
    expect(file).toMatchObject({
      metric: "val_loss",
      mode: "min",
      search: { name: "tpe", startup_trials: 10, candidates: 24 },
      scheduler: { name: "none" }
    })
    expect(Sweep.isSweep(Sweep.make(options))).toBe(true)
    expect(Sweep.isSweep({ file })).toBe(false)
  })

  it("says of each field what is wrong", () => {
    const wrong = {
      ...options,
      name: "a/b",
      space: { "training.learning_rate": Space.uniform(1, 0) },
      search: { name: "tpe", gamma: 2 },
      scheduler: "ash"
    } as const
    expect(messageOf(() => Sweep.make(wrong as never))).toMatchInlineSnapshot(`
      "Sweep.make is not valid:
        name: found "a/b"; allowed: a name of a folder: letters, digits, ".", "_" and "-", at most 100
        space.training.learning_rate.low: found 1; allowed: a number below high, 0; for one value, set it in the config
        search.gamma: found 2; allowed: a number greater than 0 and less than 1
        scheduler: found "ash"; allowed: "none", "asha" or "pbt"; did you mean asha?"
    `)
  })

  it("says what does not suit the search algorithm or the scheduler", () => {
    expect(messageOf(() => Sweep.make({ ...options, search: "grid" }))).toMatchInlineSnapshot(`
      "Sweep.make is not valid:
        space.training.learning_rate.steps: missing; allowed: how many values a grid takes of a real number"
    `)
    expect(
      messageOf(() =>
        Sweep.make({ ...options, scheduler: { name: "pbt", interval: 2, perturb: ["rate"] } })
      )
    ).toMatchInlineSnapshot(`
      "Sweep.make is not valid:
        scheduler.perturb.0: found "rate"; allowed: a parameter of the space: training.learning_rate"
    `)
    const late = Sweep.make({ ...options, scheduler: { name: "asha", grace_period: 10 } }).file
    const problem = Sweep.problemOf({ ...late, epochs: 9 })!
    expect(Sweep.unsuitable(problem, late, "sweep.json").message).toMatchInlineSnapshot(`
      "sweep.json is not valid:
        scheduler.grace_period: found 10; allowed: at most the epochs of a trial, 9"
    `)
  })

  it("takes a built-in search algorithm and scheduler made in code", () => {
    const made = Sweep.make({
      ...options,
      search: SearchAlgorithm.tpe.make({ startup_trials: 5 }),
      scheduler: TrialScheduler.asha.make({ grace_period: 2 })
    })
    const named = Sweep.make({
      ...options,
      search: { name: "tpe", startup_trials: 5 },
      scheduler: { name: "asha", grace_period: 2 }
    })
    expect(encode(definitionOf(made))).toEqual(encode(definitionOf(named)))
  })

  it("takes a custom search algorithm, which its definition records by name and fields", () => {
    const definition = definitionOf(Sweep.make({ ...options, search: fixed.make({ rate: 0.01 }) }))
    const json = JSON.parse(JSON.stringify(encode(definition)))
    expect(json.search).toEqual({ name: "fixed", rate: 0.01 })
    const { search } = strategyOf(definition)
    expect(search.suggest({} as never, 0)).toEqual({ "training.learning_rate": 0.01 })
    // Readers know its name; only the sweep's own file can compute it.
    const read = Schema.decodeUnknownSync(Definition)(json)
    expect(encode(read)).toEqual(encode(definition))
    expect([isBuiltIn(read), isBuiltIn(definitionOf(Sweep.make(options)))]).toEqual([false, true])
    const { scheduler } = strategyOf(read)
    const given = { ...read, tickets: [], outcomes: [] }
    expect(scheduler.next(given, strategyOf(read).search)).toEqual({ _tag: "Wait" })
    expect(scheduler.next({ ...given, trials: 0 }, search)).toEqual({ _tag: "Done" })
  })

  it("refuses a custom one of a built-in name", () => {
    expect(messageOf(() => SearchAlgorithm.define("tpe", {} as never))).toMatchInlineSnapshot(
      `"tpe is built in; give the custom one another name"`
    )
    expect(messageOf(() => TrialScheduler.define("asha", {} as never))).toMatch("asha is built in")
  })
})

describe("Sweep.fromJson", () => {
  it("reads what Sweep.make takes, and names the file in errors", () => {
    const read = Sweep.fromJson({ $schema: "x", ...options, scheduler: "asha" }, "sweep.json")
    expect(Either.map(read, Sweep.isSweep)).toEqual(Either.right(true))
    const wrong = Either.flip(Sweep.fromJson({ ...options, trials: 0, sed: 1 }, "sweep.json"))
    expect(Either.getOrThrow(wrong).message).toMatchInlineSnapshot(`
      "sweep.json is not valid:
        sed: unknown field (found 1); did you mean seed?
        trials: found 0; allowed: an integer of at least 1"
    `)
  })
})
