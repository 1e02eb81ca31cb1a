import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { appendFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from "node:fs"
import { execFileSync } from "node:child_process"
import * as path from "node:path"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import type { Line } from "../../src/runlog/Line.js"
import * as LogFile from "../../src/runlog/LogFile.js"
import * as RunLog from "../../src/runlog/RunLog.js"
import * as StepLines from "../../src/runlog/StepLines.js"
import { temporaryFolder } from "../../src/testing/index.js"
import { epoch, opened, step, steps } from "./sample.js"

const system = (global_step: number): Line => ({
  event: "System",
  time: "2026-01-01T00:00:00.000Z",
  global_step,
  cpu: 1,
  rss: global_step,
  heap: 3,
  free_memory: 4,
  total_memory: 5,
  load: 6,
  tensors: 7,
  tensor_bytes: 8
})

const detail = (number: number, metric: string, value: unknown): Line => ({
  event: "MetricDetail",
  time: "2026-01-01T00:00:00.000Z",
  global_step: 10 * number,
  phase: "validation",
  epoch: number,
  metric,
  value
})

/** A line as a run writes it: its kind, the time and the step come first. */
const written = ({ event, global_step, time, ...fields }: Line): string =>
  `${JSON.stringify({ event, time, global_step, ...fields })}\n`

const text = (...lines: ReadonlyArray<Line>): string => lines.map(written).join("")

const logIn = (folder: string, content: string): string => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, "events.ndjson"), content)
  return folder
}

/** All that both ways of reading a log say. */
const both = Effect.fnUntraced(function* (folder: string) {
  const file = yield* LogFile.open(folder)
  const { columns } = yield* LogFile.readSteps(file)
  const system = yield* LogFile.readSystem(file)
  const details = yield* LogFile.readDetails(file)
  const light = yield* LogFile.toRecord(file)
  const log = yield* RunLog.read(folder)
  return { file, columns, system, details, light, log }
})

const platform = Effect.provide(NodePlatform.layer)

describe("LogFile.open", () => {
  it.scoped("says what reading the log decoded says", () =>
    Effect.gen(function* () {
      const lines = [
        opened(),
        ...steps(1, 10),
        epoch(1),
        detail(1, "confusion", [1]),
        ...steps(11, 17, (at) => step(at, { loss: NaN, gradient_norm: 0.25 * at })),
        system(15),
        detail(2, "confusion", [2]),
        opened(13),
        ...steps(14, 20),
        system(20),
        epoch(2),
        detail(2, "per_class", "中")
      ]
      const folder = logIn(
        yield* temporaryFolder,
        text(...lines).replaceAll('"loss":null', '"loss":"NaN"')
      )
      const { columns, details, file, light, log, system: read } = yield* both(folder)
      for (const name of Object.keys(columns) as Array<keyof typeof columns>) {
        expect(columns[name], name).toEqual(log.steps[name])
      }
      expect(light.epochs).toEqual(log.epochs)
      expect(light.opened).toEqual(log.opened)
      expect(read).toEqual(log.system)
      expect(details.map(({ value }) => value)).toEqual(
        log.details.slice(-2).map(({ value }) => value)
      )
      expect(file.lastSteps.at(-1)?.global_step).toBe(20)
      expect(file.damaged).toBe(0)
    }).pipe(platform)
  )

  it.scoped("reads what was appended, and everything again where the file is another", () =>
    Effect.gen(function* () {
      const folder = logIn(yield* temporaryFolder, text(opened(), ...steps(1, 300)))
      const first = yield* LogFile.open(folder)
      const read = yield* LogFile.readSteps(first)
      expect(yield* LogFile.open(folder, first)).toBe(first)
      const log = path.join(folder, "events.ndjson")
      appendFileSync(log, text(...steps(301, 310)) + '{"event":"Step","ti')
      const second = yield* LogFile.open(folder, first)
      expect(second.hasPartialLine).toBe(true)
      expect((yield* LogFile.readSteps(second, read)).columns).toEqual(
        (yield* LogFile.readSteps(second)).columns
      )
      // What is opened stays as it was.
      expect(first.places.Step.count).toBe(300)
      expect((yield* LogFile.readSteps(first)).columns.loss).toEqual(read.columns.loss)
      truncateSync(log, text(opened(), ...steps(1, 300)).length)
      appendFileSync(log, text(opened(200), step(201)))
      const third = yield* LogFile.open(folder, second)
      expect(third.places.Step.count).toBe(201)
      expect((yield* LogFile.readSteps(third, read)).columns.global_step.at(-1)).toBe(201)
      writeFileSync(`${log}.new`, text(opened(), step(1)))
      renameSync(`${log}.new`, log)
      expect((yield* LogFile.open(folder, third)).places.Step.count).toBe(1)
    }).pipe(platform)
  )

  it.scoped("leaves out lines that cannot be read, and counts them", () =>
    Effect.gen(function* () {
      const content =
        text(opened(), step(1)) +
        '{"event":"Step","time":"2026-01-01T00:00:00.000Z","global_step":2,"lo\n' +
        "\0\0\0\n" +
        "[1,2]\n" +
        '{"event":"Step"}\n' +
        text(step(3))
      const folder = logIn(yield* temporaryFolder, content)
      const { columns, file } = yield* both(folder)
      expect(file.damaged).toBe(4)
      expect([...columns.global_step]).toEqual([1, 3])
    }).pipe(platform)
  )

  it.scoped("thins a log that its writer has not, and takes the last of lines of one step", () =>
    Effect.gen(function* () {
      const count = 17_000
      const again = step(count, { loss: 9 })
      const folder = logIn(yield* temporaryFolder, text(opened(), ...steps(1, count), again))
      const file = yield* LogFile.open(folder)
      const { columns } = yield* LogFile.readSteps(file)
      expect(file.places.Step.count).toBe(count + 1)
      expect(file.spark.length).toBeGreaterThanOrEqual(40)
      expect(file.spark.length).toBeLessThanOrEqual(80)
      expect(columns.loss.length).toBeLessThan(12_000)
      expect(columns.loss[0]).toBe(1)
      expect([columns.global_step.at(-1), columns.loss.at(-1)]).toEqual([count, 9])
    }).pipe(platform)
  )

  it.scoped("refuses what is no regular file, and what is no log", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipe = path.join(folder, "pipe")
      mkdirSync(pipe)
      execFileSync("mkfifo", [path.join(pipe, "events.ndjson")])
      expect((yield* Effect.flip(LogFile.open(pipe))).reason).toBe("Unreadable")
      expect((yield* Effect.flip(LogFile.open(path.join(folder, "none")))).reason).toBe("NotFound")
      const other = logIn(path.join(folder, "other"), text(step(1)))
      const file = yield* LogFile.open(other)
      expect((yield* Effect.flip(LogFile.toRecord(file))).reason).toBe("NotALog")
    }).pipe(platform)
  )
})

describe("StepReader.read", () => {
  const read = (line: string) => {
    const columns = StepLines.empty(1)
    const bytes = Buffer.from(line)
    const isRead = new StepLines.StepReader(columns).read(0, bytes, 0, bytes.length)
    return { isRead, columns }
  }

  it("reads numbers as JSON does, to the last digits of a double", () => {
    const numbers = [
      0,
      1,
      -1,
      0.1,
      0.05,
      12.5,
      1 / 3,
      2 / 3,
      Math.PI,
      1e21,
      1e-7,
      5e-324,
      1.7976931348623157e308,
      123_456_789_012_345_680,
      0.000_012_345_678_901_234,
      -0.002_5,
      6.02e23,
      1e-320
    ]
    for (let i = 1; i < 2000; i++) numbers.push(Math.sin(i) * 10 ** ((i % 40) - 20))
    for (const loss of numbers) {
      const { columns, isRead } = read(written(step(1, { loss })).trimEnd())
      expect(isRead).toBe(true)
      expect(Math.abs(columns.loss[0]! - loss), String(loss)).toBeLessThanOrEqual(
        Math.max(Math.abs(loss) * 4e-16, 5e-324)
      )
    }
  })

  it.each([
    [
      "fields in another order",
      '{"event":"Step","global_step":7,"time":"2026-01-01T00:00:00.000Z","loss":2}'
    ],
    [
      "fields that it does not know",
      '{"event":"Step","time":"2026-01-01T00:00:00.000Z","global_step":7,"new":{"a":[1]},"loss":2}'
    ],
    [
      "white space",
      '{"event":"Step", "time":"2026-01-01T00:00:00.000Z", "global_step":7, "loss":2}'
    ],
    [
      "a time of another form",
      '{"event":"Step","time":"2026-01-01T00:00:00Z","global_step":7,"loss":2}'
    ]
  ])("decodes %s", (_, line) => {
    const { columns, isRead } = read(line)
    expect(isRead).toBe(true)
    expect([columns.global_step[0], columns.loss[0], columns.time[0]]).toEqual([
      7,
      2,
      Date.UTC(2026, 0, 1)
    ])
  })

  it("refuses what is cut off", () => {
    expect(read('{"event":"Step","global_step":').isRead).toBe(false)
  })
})
