import { describe, expect, it } from "@effect/vitest"
import * as Canonical from "../../src/runlog/Canonical.js"
import type { Line } from "../../src/runlog/Line.js"
import { epoch, opened, step, steps, told } from "./sample.js"

const read = (...lines: ReadonlyArray<Line>) =>
  Canonical.inOrder(Canonical.append(Canonical.empty, lines))

const system = (global_step: number): Line => ({
  event: "Notice",
  time: "2026-01-01T00:00:00.000Z",
  global_step,
  level: "warning",
  message: `after ${global_step}`
})

describe("Canonical.append", () => {
  it("takes back what is later than where a process resumes", () => {
    const lines = [opened(), ...steps(1, 10), epoch(1), ...steps(11, 17), system(17)]
    expect(told(read(...lines, opened(13), ...steps(14, 15)))).toEqual([
      "LogOpened",
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      "EpochFinished",
      11,
      12,
      13,
      "LogOpened",
      14,
      15
    ])
    expect(told(read(...lines, opened(9)))).toEqual([
      "LogOpened",
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      "LogOpened"
    ])
    expect(told(read(...lines, opened()))).toEqual(["LogOpened", "LogOpened"])
  })

  it("takes back what is later than where a run goes back to after a divergence", () => {
    const back: Line = {
      event: "WentBack",
      time: "2026-01-01T00:00:00.000Z",
      global_step: 10,
      path: "c",
      position: { epoch: 1, step: 0 }
    }
    const lines = [opened(), ...steps(1, 10), epoch(1), ...steps(11, 14), back, step(11)]
    expect(told(read(...lines)).slice(-3)).toEqual(["EpochFinished", "WentBack", 11])
  })

  it("has one line an epoch, a validation and a detail: the last", () => {
    const detail = (value: number): Line => ({
      event: "MetricDetail",
      time: "2026-01-01T00:00:00.000Z",
      phase: "validation",
      epoch: 1,
      global_step: 10,
      metric: "confusion",
      value
    })
    const found = read(
      opened(),
      ...steps(1, 10),
      detail(1),
      epoch(1),
      opened(10),
      detail(2),
      epoch(1, { x: 2 })
    )
    expect(told(found).slice(-3)).toEqual(["LogOpened", "MetricDetail", "EpochFinished"])
    expect(found.at(-2)).toMatchObject({ value: 2 })
    expect(found.at(-1)).toMatchObject({ record: { x: 2 } })
  })

  it("gives the same whether lines come at once or one by one", () => {
    const lines = [
      opened(),
      ...steps(1, 10),
      epoch(1),
      ...steps(11, 17),
      opened(13),
      ...steps(14, 20)
    ]
    const oneByOne = lines.reduce((all, line) => Canonical.append(all, [line]), Canonical.empty)
    expect(Canonical.inOrder(oneByOne)).toEqual(read(...lines))
  })

  it("is the same after it was written and read again", () => {
    const found = read(opened(), ...steps(1, 30), epoch(1), epoch(2), opened(20), ...steps(21, 25))
    expect(read(...found)).toEqual(found)
  })
})

describe("Canonical.fill", () => {
  it("adds the epochs that the log lacks", () => {
    const log = Canonical.append(Canonical.empty, [opened(30), epoch(2, { x: 1 })])
    const filled = Canonical.fill(log, [epoch(1), epoch(2), epoch(3)])
    expect(filled.others.map((line) => line.event === "EpochFinished" && line.record)).toEqual([
      false,
      epoch(2, { x: 1 }).record,
      epoch(1).record,
      epoch(3).record
    ])
  })
})
