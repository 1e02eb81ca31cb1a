import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Comparison from "../../../src/cli/runs/Comparison.js"
import * as Curves from "../../../src/cli/runs/Curves.js"
import * as Report from "../../../src/cli/runs/Report.js"
import * as RunTable from "../../../src/cli/runs/RunTable.js"
import { displayWidth } from "../../../src/terminal/Table.js"
import { exampleKey } from "../../../src/ui/ReportData.js"
import { summary } from "../../ui/fixtures.js"
import { makeSweep, sweepRecipes } from "../../ui/page/sweeps.js"
import { openedRuns } from "./opened.js"

const now = Date.UTC(2026, 10, 27, 12)
const runs = Array.from({ length: 9 }, (_, i) => summary(i))

describe("RunTable.draw", () => {
  it("draws a row for each run, and what is wrong with logs", () => {
    const text = RunTable.draw([runs[1]!, runs[3]!, runs[8]!], [], { now, width: null })
    expect(`\n${text}\n`).toMatchSnapshot()
  })

  it("adds fields, and leaves less important columns out where the terminal is narrow", () => {
    const fields = ["training.learning_rate", "val_accuracy"]
    const lines = RunTable.draw(runs.slice(1, 4), fields, { now, width: 100 }).split("\n")
    expect(lines[0]).toMatch(/^run +status +epoch +best +training\.learning_rate +val_accuracy/)
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(100)
  })

  it("escapes what a terminal obeys", () => {
    const hostile = { ...runs[1]!, name: "a\x1b[2J\nb", tags: ["\x07"], problem: "\x1b[31mred" }
    const text = RunTable.draw([hostile], [], { now, width: null })
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
    expect(text).toContain("a\\x1b[2J\\nb")
  })
})

describe("RunTable.drawSweeps", () => {
  it("draws a row for each sweep: how far it is, and its best trial", () => {
    const { summary: sweep } = makeSweep(sweepRecipes[0]!, runs[1]!).detail
    const text = RunTable.drawSweeps([{ ...sweep, problem: "line 7 is damaged" }], {
      now,
      width: null
    })
    const [head, , row, , problem] = text.split("\n")
    expect(head).toMatch(/^sweep +status +search +trials +best +age +best so far +folder$/)
    expect(row).toMatch(
      /^learning-rate +running \(!\) +tpe, asha +46\/64 \(3 failed\) +val_loss 0\.28\d+ \(trial 8\) .*sweeps\/learning-rate$/
    )
    expect(problem).toBe("sweeps/learning-rate: line 7 is damaged")
    for (const line of RunTable.drawSweeps([sweep], { now, width: 60 }).split("\n")) {
      expect(displayWidth(line)).toBeLessThanOrEqual(60)
    }
  })
})

describe("Curves", () => {
  const options = { x: "step", smooth: 0, points: 300 } as const

  it.scoped("chooses the losses, and names the metric that was probably meant", () =>
    Effect.gen(function* () {
      const opened = yield* openedRuns(1)
      expect(yield* Curves.chooseMetrics(opened, [])).toEqual(["loss", "val_loss"])
      expect(yield* Curves.chooseMetrics(opened, ["cpu", "cpu"])).toEqual(["cpu"])
      const error = yield* Effect.flip(Curves.chooseMetrics(opened, ["val_acuracy"]))
      expect(String(error)).toContain(
        "wide 1 has no metric val_acuracy; did you mean val_accuracy?"
      )
    })
  )

  it.scoped("names curves by what differs: metric, run or both", () =>
    Effect.gen(function* () {
      const opened = yield* openedRuns(1, 2)
      const names = (some: typeof opened, metrics: ReadonlyArray<string>) =>
        Effect.map(Curves.read(some, metrics, options), (curves) => curves.map(({ name }) => name))
      expect(yield* names(opened.slice(0, 1), ["loss", "val_loss"])).toEqual(["loss", "val_loss"])
      expect(yield* names(opened, ["loss"])).toEqual(["wide 1", "low lr 2"])
      expect(yield* names(opened, ["loss", "cpu"])).toEqual([
        "wide 1 loss",
        "low lr 2 loss",
        "wide 1 cpu",
        "low lr 2 cpu"
      ])
    })
  )

  it.scoped("draws peaks as they are, and none of a smoothed curve", () =>
    Effect.gen(function* () {
      const opened = yield* openedRuns(1)
      const [raw] = yield* Curves.read(opened, ["loss"], options)
      const [smoothed] = yield* Curves.read(opened, ["loss"], { ...options, smooth: 0.9 })
      expect(Curves.extremes(raw!)!.highest).toBe(Math.max(...(raw!.high as Array<number>)))
      expect(smoothed!.high).toBeUndefined()
      const spread = (curve: Curves.RunCurve) => {
        const { highest, lowest } = Curves.extremes({ ...curve, y: curve.y.slice(-50) })!
        return highest - lowest
      }
      expect(spread({ ...smoothed! })).toBeLessThan(spread({ ...raw!, low: [], high: [] }) / 2)
      const drawn = Curves.draw([raw!], {
        ...options,
        columns: 80,
        rows: 8,
        log: true,
        colors: false,
        peaks: true
      })
      expect(drawn.split("\n")[0]!.trim()).toBe("loss by step")
      expect(drawn.split("\n")).toHaveLength(11)
    })
  )
})

describe("Comparison", () => {
  it.scoped("shows what differs between runs", () =>
    Effect.gen(function* () {
      const opened = yield* openedRuns(1, 2)
      // The time of the start is shown in the time zone of the machine.
      const text = Comparison.before(opened, now).replaceAll(/\d{4}-\d\d-\d\d [\d:]{8}/g, "<time>")
      expect(`\n${text}\n`).toMatchSnapshot()
      expect(Comparison.checkpoints(opened, now)).toContain("best")
      const same = Comparison.before([opened[0]!, opened[0]!], now)
      expect(same).toContain("config: all fields are the same")
    })
  )

  it.scoped("gives programs the values of each run by field", () =>
    Effect.gen(function* () {
      const { config, metrics, runs } = Comparison.toJson(yield* openedRuns(1, 2))
      expect(runs.map(({ label }) => label)).toEqual(["wide 1", "low lr 2"])
      expect(config).toContainEqual({ path: "training.batch_size", values: [32, 64] })
      expect(config.map(({ path }) => path)).not.toContain("training.num_epochs")
      expect(metrics.find(({ name }) => name === "step_ms")).toEqual({
        name: "step_ms",
        values: [50, 50]
      })
    })
  )

  it("puts charts next to one another where there is room, colors aside", () => {
    const [a, b] = ["\x1b[36maa\x1b[39m\na", "b\nbb"]
    expect(Comparison.inColumns([a!, b!], 4, 10)).toBe("\x1b[36maa\x1b[39m    b\na     bb")
    expect(Comparison.inColumns([a!, b!], 4, 9)).toBe(`${a}\n\n${b}`)
  })
})

describe("Report.make", () => {
  const template = `<script id="holdfast-data">__HOLDFAST_DATA__</script>`
  const made = (limit: number) =>
    Effect.flatMap(openedRuns(1, 5), (opened) =>
      Report.make(opened, {
        sweep: null,
        template,
        limit,
        holdfast: "1.2.3",
        createdAt: "2026-11-27T12:00:00Z"
      })
    )

  it.scoped("writes all of the runs into the page, as text that ends no script", () =>
    Effect.gen(function* () {
      const { data, html } = yield* made(20e6)
      expect(html.match(/<(?!script|\/script)/g)).toBe(null)
      const text = html.slice(html.indexOf(">") + 1, html.lastIndexOf("<"))
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(data)))
      const [first, other] = data.runs
      expect(data.runs.map(({ id }) => id)).toEqual(["runs/digits/run-1", other!.id])
      expect(data.details[first!.id]!.summary).toEqual(first)
      expect(Object.keys(data.series)).toEqual(["step", "epoch", "time"])
      const curves = data.series.step!.series.filter(({ metric }) => metric === "loss")
      expect(curves.map(({ id }) => id)).toEqual(data.runs.map(({ id }) => id))
      expect(Object.keys(data.examples[first!.id]!)).toEqual(["validation", "test"])
      // 12 examples of two splits of two runs.
      expect(Object.keys(data.audio)).toHaveLength(48)
      expect(Object.keys(data.spectrograms)).toEqual(Object.keys(data.audio))
      expect(data.left_out).toEqual([])
    })
  )

  it.scoped(
    "keeps to the size: fewer points, then the worst recordings of each run and split",
    () =>
      Effect.gen(function* () {
        const { data, html } = yield* made(5e5)
        expect(html.length).toBeLessThanOrEqual(5e5)
        const kept = Object.keys(data.audio).length
        expect(kept).toBeGreaterThan(3)
        expect(kept).toBeLessThan(48)
        for (const { id } of data.runs) {
          expect(data.audio).toHaveProperty([exampleKey({ id, split: "test", index: 0 })])
        }
        expect(data.left_out).toEqual([
          `${48 - kept} recordings, for which there is no room (--max-size)`
        ])
      })
  )

  it.scoped("has a sweep, its trials by their folders from here", () =>
    Effect.gen(function* () {
      const opened = yield* openedRuns(1)
      const { detail } = makeSweep(sweepRecipes[2]!, runs[1]!)
      const { views } = opened[0]!
      const sweep = { views, id: detail.summary.id, folder: "runs/few", detail, best: null }
      const { data } = yield* Report.make(opened, {
        sweep,
        template,
        limit: 20e6,
        holdfast: "1.2.3",
        createdAt: "2026-11-27T12:00:00Z"
      })
      expect(data.sweep!.summary.id).toBe("runs/few")
      expect(data.sweep!.trials.map(({ run }) => run)).toEqual(
        [0, 1, 2].map((trial) => `runs/few/trial-000${trial}`)
      )
    })
  )

  it.scoped("says how large the smallest report is", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(made(10_000))
      expect(String(error)).toMatch(
        /the report takes .* kB .* more than the 10\.0 kB of --max-size/
      )
    })
  )
})
