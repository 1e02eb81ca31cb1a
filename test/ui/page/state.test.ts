import { describe, expect, it } from "@effect/vitest"
import type { LiveEvent, RunSummary, Series } from "../../../src/ui/Api.js"
import { exampleKey, type ReportData } from "../../../src/ui/ReportData.js"
import { chartData, tickX } from "../../../src/ui/page/charts/Curve.js"
import { inlineSource } from "../../../src/ui/page/data/InlineSource.js"
import { afterEvent } from "../../../src/ui/page/data/RunStore.js"
import { arrange, configFields, matches } from "../../../src/ui/page/lib/table.js"
import {
  defaultCurves,
  defaultSweep,
  defaultTable,
  formatRoute,
  parseRoute,
  type Route
} from "../../../src/ui/page/state/Route.js"
import { makeRuns } from "./fixtures.js"

const runs = makeRuns()
const summaries = runs.map(({ summary }) => summary)
const idsOf = (list: ReadonlyArray<{ readonly id: string }>) => list.map(({ id }) => id)

describe("Route", () => {
  const routes: ReadonlyArray<Route> = [
    { view: "runs", selected: [], ...defaultTable },
    {
      view: "runs",
      selected: ["a/b", "c d&e=f#?"],
      query: "tag optimizer=adam",
      status: "running",
      sort: "config:training.lr",
      descending: false,
      columns: ["training.lr", "model.units"],
      open: ["sweeps/a"]
    },
    { view: "sweep", id: "sweeps/a", ...defaultSweep },
    {
      view: "sweep",
      id: "sweeps/b c",
      brushes: [
        { axis: "training.lr", from: 0.001, to: 0.1 },
        { axis: "a:b", from: -1, to: 2 },
        { axis: "", from: 0.2, to: 0.2 }
      ],
      states: ["running", "failed"],
      sort: "parameter:training.lr",
      descending: true,
      log: false
    },
    { view: "curves", ids: ["<img>", "名前", "."], ...defaultCurves },
    {
      view: "compare",
      ids: ["a", "b"],
      x: "wall",
      smooth: 0,
      log: true,
      filter: "val_",
      zoom: { from: 1.5, to: 1e9 }
    },
    { view: "run", id: "a/../b", tab: "evaluation", ...defaultCurves, x: "epoch" }
  ]
  it.each(routes)("is the same after it was an address: $view", (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route)
  })

  it("leaves out what is as usual", () => {
    expect(formatRoute(routes[0]!)).toBe("#/")
    expect(formatRoute({ view: "run", id: "a", tab: "overview", ...defaultCurves })).toBe(
      "#/run?id=a"
    )
  })

  it("takes what an address says wrong as if it were not there", () => {
    expect(parseRoute("#/run?tab=curves")).toEqual(routes[0])
    expect(parseRoute("#/nowhere?x=step")).toEqual(routes[0])
    expect(parseRoute("")).toEqual(routes[0])
    expect(parseRoute("#/curves?x=moon&smooth=7&from=9&to=3")).toEqual({
      view: "curves",
      ids: [],
      ...defaultCurves,
      smooth: 0.99
    })
  })
})

describe("arrange", () => {
  const table = { ...defaultTable, query: "", status: "" }
  it("sorts by a metric, a field of the config, or a part of a run; those without a value come last", () => {
    const byLoss = arrange(summaries, { ...table, sort: "metric:val_loss", descending: false })
    expect(byLoss[0]?.id).toBe("speaker/baseline")
    expect(byLoss.at(-1)?.id).toBe("speaker/new")
    const reversed = arrange(summaries, { ...table, sort: "metric:val_loss", descending: true })
    expect(reversed[0]?.id).toBe("speaker/lr-0.05")
    expect(reversed.at(-1)?.id).toBe("speaker/new")
    const byRate = { ...table, sort: "config:training.learning_rate", descending: true }
    expect(arrange(summaries, byRate)[0]?.id).toBe("speaker/lr-0.05")
    expect(arrange(summaries, { ...table, sort: "progress" })[0]?.status).toBe("finished")
    expect(arrange(summaries, table)[0]?.id).toBe("speaker/new")
  })

  it("filters by words in name, tag, notes and path, by fields, and by status", () => {
    const found = (query: string, status = "") =>
      idsOf(arrange(summaries, { ...table, query, status }))
    expect(found("MIXUP baseline")).toEqual(["speaker/mixup-0.2"])
    expect(found("optimizer=sgd")).toEqual(["speaker/lr-0.05"])
    expect(found("training.optimizer=adamw")).toEqual(["speaker/adamw-wd"])
    expect(found("", "finished").length).toBe(3)
    expect(matches(summaries[0]!, "close gap", "")).toBe(true)
  })
})

describe("configFields", () => {
  it("has those that differ first", () => {
    const fields = configFields(summaries)
    expect(fields[0]?.differs).toBe(true)
    expect(fields.at(-1)?.differs).toBe(false)
    expect(fields.find(({ path }) => path === "training.learning_rate")?.differs).toBe(true)
  })
})

describe("afterEvent", () => {
  it("replaces a run, adds a new one first, and drops one that is gone", () => {
    const [one, two] = [summaries[0]!, summaries[1]!]
    const changed = { ...one, epoch: 99 }
    const after = (runs: ReadonlyArray<RunSummary>, event: LiveEvent) =>
      afterEvent({ runs, sweeps: [] }, event).runs
    expect(after([one, two], { event: "run", data: changed })).toEqual([changed, two])
    expect(after([one], { event: "run", data: two })).toEqual([two, one])
    expect(after([one, two], { event: "gone", data: { id: one.id } })).toEqual([two])
    const points = { event: "points", data: { id: one.id, global_step: 1 } } as const
    expect(after([one], points)).toEqual([one])
  })
})

describe("chartData", () => {
  const style = { color: "#000000", dash: [] }
  const runA = { id: "a", name: "A", style }
  const series: Series = { id: "a", metric: "loss", kind: "step", x: [1, 2, 3], y: [3, 1, 2] }
  const roles = (one: Series, weight: number) =>
    chartData([one], [runA], weight).rows.map(({ role }) => role)

  it("has the raw curve behind a smoothed one, and a band where points stand for several steps", () => {
    expect(roles(series, 0)).toEqual(["line"])
    expect(roles(series, 0.5)).toEqual(["raw", "line"])
    expect(roles({ ...series, low: [1, 1, 1], high: [4, 4, 4] }, 0.5)).toEqual([
      "low",
      "high",
      "raw",
      "line"
    ])
  })

  it("does not smooth the values of epochs, nor draw a run without any", () => {
    expect(roles({ ...series, kind: "epoch" }, 0.9)).toEqual(["line"])
    expect(roles({ ...series, x: [], y: [] }, 0)).toEqual([])
    expect(chartData([series], [{ ...runA, id: "b" }], 0).rows).toEqual([])
  })

  it("keeps the values themselves for the cursor", () => {
    expect(chartData([series], [runA], 0.5).lines.get("a")?.y).toEqual([3, 1, 2])
  })
})

describe("tickX", () => {
  it("is short", () => {
    expect([500, 12_000, 2_500_000].map((one) => tickX(one, "step"))).toEqual([
      "500",
      "12k",
      "2.5M"
    ])
    expect([30, 90, 5400, 9000].map((one) => tickX(one, "time"))).toEqual([
      "30s",
      "1.5m",
      "90m",
      "2.5h"
    ])
  })
})

describe("inlineSource", () => {
  const [run] = runs
  const { id } = run!.summary
  const signal = new AbortController().signal
  const example = { id, split: "test", index: 3 }
  const report: ReportData = {
    version: 1,
    holdfast: "0.3.0",
    createdAt: "2026-11-27T12:00:00Z",
    runs: [run!.summary],
    details: { [id]: run!.detail },
    metrics: { metrics: run!.metrics },
    series: { step: { series: [run!.series("loss", "step", { points: 100 })!] } },
    examples: {},
    audio: { [exampleKey(example)]: "UklGRg==" },
    spectrograms: {},
    left_out: []
  }
  const source = inlineSource(report)

  it("answers as a server would", async () => {
    expect((await source.runs(signal)).canAct).toBe(false)
    expect((await source.run(id, signal)).summary.id).toBe(id)
    expect(
      idsOf((await source.metrics([id], signal)).metrics.map(({ name }) => ({ id: name })))
    ).toEqual(["loss"])
    expect(source.audio(example)).toBe("data:audio/wav;base64,UklGRg==")
    expect(source.axes).toEqual(["step"])
    expect((await source.examples(id, "test", signal)).examples).toEqual([])
    await expect(source.run("elsewhere", signal)).rejects.toMatchObject({ code: "NotFound" })
  })

  it("cuts curves to what is zoomed to, with a point more on either side", async () => {
    const query = { ids: [id], metrics: ["loss"], x: "step", points: 600 } as const
    const [all] = (await source.series(query, signal)).series
    const [part] = (await source.series({ ...query, from: 1000, to: 2000 }, signal)).series
    expect(part!.x.length).toBeLessThan(all!.x.length)
    expect(part!.x[0]).toBeLessThan(1000)
    expect(part!.x.at(-1)).toBeGreaterThan(2000)
    expect(part!.y.length).toBe(part!.x.length)
  })
})
