import { describe, expect, it } from "@effect/vitest"
import type { Finite, Trial } from "../../../src/ui/Api.js"
import { bestSoFar, bestTrial, ofView, unreadable } from "../../../src/ui/SweepSummary.js"
import {
  brushOf,
  brushShares,
  metricAxis,
  needsLog,
  nearestLine,
  parameterAxis,
  roundTicks,
  shareOf,
  shortLabels,
  valueAt,
  valueAxis,
  within
} from "../../../src/ui/page/lib/parallel.js"
import { runRows, toggled } from "../../../src/ui/page/lib/runRows.js"
import {
  ancestry,
  curveOf,
  improvements,
  lineage,
  ranked,
  sortTrials,
  valueAtEpoch,
  withoutOutliers
} from "../../../src/ui/page/lib/trials.js"
import { makeRuns } from "./fixtures.js"
import { makeSweep, sweepRecipes } from "./sweeps.js"

const like = makeRuns(1)[0]!.summary
const asha = makeSweep(sweepRecipes[0]!, like)

const trial = (number: number, value: Finite, more: Partial<Trial> = {}): Trial => ({
  number,
  run: `s/trial-${number}`,
  parameters: {},
  state: "completed",
  epoch: 3,
  epochs: 3,
  value,
  at: [1, 2, 3],
  values: [9, 8, value],
  fork: null,
  worker: null,
  error: null,
  ...more
})

describe("shareOf and valueAt", () => {
  it("are inverse on linear and log axes, and number the categories of others", () => {
    const linear = { scale: "linear", low: -2, high: 8, categories: [] } as const
    const log = { scale: "log", low: 1e-5, high: 0.1, categories: [] } as const
    const category = { scale: "category", low: 0, high: 2, categories: ["a", "b", "c"] } as const
    for (const axis of [linear, log]) {
      expect([shareOf(axis, axis.low), shareOf(axis, axis.high)]).toEqual([0, 1])
      expect(shareOf(axis, valueAt(axis, 0.3))).toBeCloseTo(0.3, 12)
    }
    expect(shareOf(log, 0.001)).toBeCloseTo(0.5, 12)
    expect([0, 1, 2].map((i) => valueAt(category, shareOf(category, i)))).toEqual([0, 1, 2])
    expect([valueAt(category, 0), valueAt(category, 1)]).toEqual([0, 2])
  })
})

describe("parameterAxis", () => {
  it("has the scale and the bounds of its parameter, and more where a trial went beyond them", () => {
    const parameter = { path: "a.lr", kind: "log_uniform", low: 0.001, high: 0.1 } as const
    const axis = parameterAxis(parameter, "lr", [{ "a.lr": 0.01 }, { "a.lr": 1 }, {}])
    expect(axis).toMatchObject({ path: "a.lr", label: "lr", scale: "log", low: 0.001, high: 1 })
    expect([...axis.shares]).toEqual([expect.closeTo(1 / 3), 1, Number.NaN])
    expect(axis.ticks.map(({ text }) => text)).toContain("0.01")
    const none = parameterAxis({ path: "a", kind: "log_uniform", low: 0, high: 1 }, "a", [])
    expect(none.scale).toBe("linear")
  })

  it("has a place for each category, whatever its type, and for those that no choice names", () => {
    const parameter = { path: "a", kind: "choice", choices: [16, true, [1, 2]] } as const
    const axis = parameterAxis(parameter, "a", [{ a: [1, 2] }, { a: "other" }, {}])
    expect(axis.categories).toEqual(["16", "true", "[1,2]", "other"])
    expect([...axis.shares]).toEqual([0.625, 0.875, Number.NaN])
  })

  it("has room where there is but one value, or none", () => {
    const of = (low?: number) => parameterAxis({ path: "a", kind: "uniform" }, "a", [{ a: low }])
    expect([of(5).shares[0], of(0).shares[0]]).toEqual([0.5, 0.5])
    expect(of()).toMatchObject({ low: 0, high: 1 })
  })

  it("takes what is no number for no value", () => {
    const axis = parameterAxis({ path: "a", kind: "uniform", low: 0, high: 1 }, "a", [
      { a: "x" },
      { a: null },
      { a: Infinity }
    ])
    expect([...axis.shares]).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })
})

describe("valueAxis", () => {
  it("leaves out what a log scale has no place for", () => {
    const axis = valueAxis("loss", [1, 100, 0, null], true)
    expect([...axis.shares]).toEqual([0, 1, Number.NaN, Number.NaN])
    expect(valueAxis("loss", [null], false)).toMatchObject({ low: 0, high: 1 })
  })

  it("is logarithmic where values differ by much, and none is below 0", () => {
    expect([needsLog([0.1, 90]), needsLog([0.1, 4]), needsLog([-1, 90]), needsLog([])]).toEqual([
      true,
      false,
      false,
      false
    ])
  })
})

describe("roundTicks", () => {
  it("are round, and within", () => {
    expect(roundTicks(0, 0.6, 6)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    expect(roundTicks(1.1, 6, 6)).toEqual([2, 3, 4, 5, 6])
    expect(roundTicks(16, 512, 6)).toEqual([100, 200, 300, 400, 500])
  })
})

describe("shortLabels", () => {
  it("keep as many parts of a path as tell it from the others", () => {
    expect(shortLabels(["training.lr", "a.dropout", "b.dropout", "optimizer.name"])).toEqual([
      "lr",
      "a.dropout",
      "b.dropout",
      "optimizer"
    ])
    expect(shortLabels(["name", "x.a", "a"])).toEqual(["name", "x.a", "a"])
  })
})

describe("brushes", () => {
  const axis = valueAxis("loss", [0, 1, 2, 4], false)
  const category = parameterAxis({ path: "c", kind: "choice", choices: ["x", "y", "z"] }, "c", [
    { c: "x" },
    { c: "y" },
    { c: "z" },
    {}
  ])

  it("have the part of an axis between two places, to its end where that is meant", () => {
    expect(brushOf(axis, 0.7, 0.2)).toEqual({ axis: metricAxis, from: 0.8, to: 2.8 })
    expect(brushOf(axis, -1, 2)).toEqual({ axis: metricAxis, from: 0, to: 4 })
    expect(brushOf(axis, 0.5, 0.5)).toBe(null)
  })

  it("have categories, one for a click", () => {
    expect(brushOf(category, 0.1, 0.5)).toEqual({ axis: "c", from: 0, to: 1 })
    expect(brushOf(category, 0.5, 0.5)).toEqual({ axis: "c", from: 1, to: 1 })
    expect(brushOf(category, 1, 1)).toEqual({ axis: "c", from: 2, to: 2 })
    expect(brushShares(category, { axis: "c", from: 1, to: 2 })).toEqual([1 / 3, 1])
  })

  it("choose the trials that are in all of them; one without a value is in none", () => {
    const chosen = (...brushes: Parameters<typeof within>[1]) =>
      within([category, axis], brushes, 4).flatMap((is, i) => (is ? [i] : []))
    expect(chosen()).toEqual([0, 1, 2, 3])
    expect(chosen({ axis: metricAxis, from: 1, to: 4 })).toEqual([1, 2, 3])
    expect(chosen({ axis: metricAxis, from: 1, to: 4 }, { axis: "c", from: 0, to: 1 })).toEqual([1])
    expect(chosen({ axis: "no such axis", from: 0, to: 0 })).toEqual([0, 1, 2, 3])
  })
})

describe("nearestLine", () => {
  const axes = [valueAxis("a", [0, 1], false), valueAxis("b", [1, 0], false)]
  it("finds the line between two axes, or none where none is near", () => {
    const find = (x: number, y: number) => nearestLine(axes, () => true, x, y, 0.1)
    expect([find(0.25, 0.25), find(0.25, 0.75), find(0.5, 0.9), find(-3, 0), find(7, 0)]).toEqual([
      0,
      1,
      null,
      0,
      1
    ])
    expect(nearestLine(axes, (i) => i === 1, 0.25, 0.25, 0.1)).toBe(null)
    expect(nearestLine([], () => true, 0, 0, 1)).toBe(null)
  })
})

describe("sortTrials", () => {
  it("sorts by a parameter or a part, those without last either way", () => {
    const trials = [
      trial(0, 3, { parameters: { a: 10 } }),
      trial(1, null),
      trial(2, 1, { parameters: { a: 9 } })
    ]
    const numbers = (column: string, descending: boolean) =>
      sortTrials(trials, column, descending).map(({ number }) => number)
    expect(numbers("value", false)).toEqual([2, 0, 1])
    expect(numbers("value", true)).toEqual([0, 2, 1])
    expect(numbers("parameter:a", false)).toEqual([2, 0, 1])
    expect(numbers("nonsense", true)).toEqual([2, 1, 0])
  })
})

describe("improvements and ranked", () => {
  const trials = [
    trial(0, null),
    trial(1, 3),
    trial(2, 4),
    trial(3, 0, { state: "failed" }),
    trial(4, 2)
  ]
  it("are of trials that became the best, and of none that failed", () => {
    expect(improvements(trials, "min")).toEqual([
      { number: 1, value: 3 },
      { number: 4, value: 2 }
    ])
    expect(improvements(trials, "max").map(({ number }) => number)).toEqual([1, 2])
    expect(ranked(trials, "min").map(({ number }) => number)).toEqual([4, 1, 2])
    expect(bestTrial(trials, "min")?.number).toBe(4)
    expect(bestTrial([trial(0, null)], "min")).toBe(null)
  })
})

describe("curves of trials", () => {
  const parent = trial(0, 7)
  const fork = trial(5, 6, { fork: { trial: 0, epoch: 2 }, at: [3, 4], values: [7, 6] })
  const byNumber = new Map([parent, fork].map((one) => [one.number, one]))

  it("begin on the curve of the trial that they were forked from", () => {
    expect(curveOf(fork, byNumber)).toEqual({ at: [2, 3, 4], values: [8, 7, 6] })
    expect(curveOf(parent, byNumber)).toBe(parent)
    expect(curveOf({ ...fork, fork: { trial: 9, epoch: 2 } }, byNumber).at).toEqual([3, 4])
  })

  it("have values between their epochs, and none outside", () => {
    expect(valueAtEpoch(parent, 1.5)).toBe(8.5)
    expect([valueAtEpoch(parent, 0.2), valueAtEpoch(parent, 3.1)]).toEqual([null, null])
  })

  it("lose what is far beyond all others", () => {
    const values = Array.from({ length: 100 }, (_, i) => i / 100)
    expect(withoutOutliers([...values, 1e9, null])).toEqual(values)
    expect(withoutOutliers([1, 1, 1])).toEqual([1, 1, 1])
    expect(withoutOutliers([])).toEqual([])
  })
})

describe("lineage", () => {
  const fork = (number: number, from: number, epoch: number) =>
    trial(number, 1, { fork: { trial: from, epoch } })

  it("has each trial below the one it was forked from, the last fork next to it", () => {
    const lanes = lineage([trial(0, 1), trial(1, 1), fork(2, 0, 1), fork(3, 0, 2), fork(4, 3, 3)])
    expect(lanes.map(({ parentRow, trial: { number } }) => [number, parentRow])).toEqual([
      [0, null],
      [3, 0],
      [4, 1],
      [2, 0],
      [1, null]
    ])
  })

  it("ends where a file has trials be each other's parents", () => {
    const trials = [fork(0, 1, 1), fork(1, 0, 1), fork(2, 2, 1)]
    expect(lineage(trials)).toHaveLength(3)
    const byNumber = new Map(trials.map((one) => [one.number, one]))
    expect(ancestry(trials[0]!, byNumber).map(({ number }) => number)).toEqual([0, 1])
    expect(ancestry(trials[2]!, byNumber)).toHaveLength(1)
  })
})

describe("runRows", () => {
  const sweep = asha.detail.summary
  const [one, two] = [asha.runs[0]!, asha.runs[1]!]
  const kinds = (rows: ReturnType<typeof runRows>) =>
    rows.map((row) => (row.kind === "sweep" ? `${row.sweep.id}: ${row.matching}` : row.run.id))

  it("has the trials of a sweep as one row, where the first of them would be", () => {
    expect(kinds(runRows([one, like, two], [sweep], [], true))).toEqual([`${sweep.id}: 2`, like.id])
    expect(kinds(runRows([like, two, one], [sweep], [sweep.id], true))).toEqual([
      like.id,
      `${sweep.id}: 2`,
      two.id,
      one.id
    ])
  })

  it("shows a sweep without runs unless one filters, and a trial whose sweep is not known", () => {
    expect(kinds(runRows([like], [sweep], [], true))).toEqual([`${sweep.id}: 0`, like.id])
    expect(kinds(runRows([like], [sweep], [], false))).toEqual([like.id])
    expect(kinds(runRows([one], [], [], true))).toEqual([one.id])
  })

  it("opens and closes", () => {
    expect([toggled(["a"], "b"), toggled(["a", "b"], "b")]).toEqual([["a", "b"], ["a"]])
  })
})

describe("SweepSummary.ofView", () => {
  const view = {
    name: "",
    folder: "anywhere/s",
    pipeline: "a.ts",
    metric: "val_loss",
    mode: "min",
    search: "random",
    scheduler: "none",
    state: "stopped",
    parallel: 2,
    total: 4,
    parameters: [],
    trials: [
      {
        number: 0,
        folder: "anywhere/s/trial-0000",
        parameters: {},
        state: "completed",
        epoch: 2,
        epochs: 2,
        value: 3,
        values: [
          { epoch: 1, value: 4 },
          { epoch: 2, value: 3 }
        ]
      },
      {
        number: 1,
        folder: "anywhere/s/trial-0001",
        parameters: {},
        state: "waiting",
        epoch: 0,
        epochs: 2,
        values: []
      }
    ]
  } as const

  it("takes what trials have reached from their runs, where these are further", () => {
    const summary = { ...like, status: "running", epoch: 1 } as const
    const values = [{ epoch: 1, value: 2 }]
    const detail = ofView("x/s", "/data", view, new Map([["x/s/trial-0001", { summary, values }]]))
    expect(detail.trials.map(({ run }) => run)).toEqual(["x/s/trial-0000", "x/s/trial-0001"])
    expect(detail.trials[1]).toMatchObject({ state: "running", epoch: 1, value: 2, values: [2] })
    expect(detail.summary).toMatchObject({
      name: "x/s",
      state: "running",
      best: { trial: 1, value: 2 },
      epochs: 3,
      spark: [3, 2],
      counts: { completed: 1, running: 1 }
    })
  })

  it("has ids of runs for a sweep in the folder that is looked at itself", () => {
    const detail = ofView(".", "/data/s", view, new Map())
    expect(detail.trials[0]!.run).toBe("trial-0000")
    expect(detail.summary).toMatchObject({ name: "s", state: "stopped" })
  })

  it("is a row that says why, of what cannot be read", () => {
    expect(unreadable("x/s", "/data", "line 1: no JSON").summary).toMatchObject({
      id: "x/s",
      state: "stopped",
      problem: "line 1: no JSON"
    })
  })
})

describe("bestSoFar", () => {
  it("begins with the first value, and only becomes better", () => {
    expect(bestSoFar([null, 3, 5, null, 2], "min")).toEqual([null, 3, 3, 3, 2])
    expect(bestSoFar([null, 3, 5, null, 2], "max")).toEqual([null, 3, 5, 5, 5])
  })
})
