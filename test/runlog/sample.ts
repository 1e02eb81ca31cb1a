import type { EventLine, Line, LogOpened, Step } from "../../src/runlog/Line.js"

const time = "2026-01-01T00:00:00.000Z"

/** A step, by default one whose loss falls. */
export const step = (global_step: number, fields: Partial<Step> = {}): Step => ({
  event: "Step",
  time: new Date(Date.parse(time) + 1000 * global_step).toISOString(),
  global_step,
  epoch: 1 + Math.floor((global_step - 1) / 10),
  step: 1 + ((global_step - 1) % 10),
  loss: 1 / global_step,
  learning_rate: 0.01,
  examples: 32,
  data_wait_ms: 0.5,
  step_ms: 10,
  ...fields
})

/** Steps from one to another, both included. */
export const steps = (from: number, to: number, of: typeof step = step): Array<Step> =>
  Array.from({ length: to - from + 1 }, (_, i) => of(from + i))

export const opened = (from: number | null = null, fields: Partial<LogOpened> = {}): LogOpened => ({
  event: "LogOpened",
  time: new Date(Date.parse(time) + 1000 * (from ?? 0)).toISOString(),
  global_step: from ?? 0,
  version: 1,
  run: { id: "a", name: null, tags: [], notes: null, parent: null },
  pipeline: "test",
  backend: "wasm",
  config: {},
  environment: {
    holdfast: "0",
    tfjs: "4",
    node: "20",
    platform: "linux x64",
    cpu: "",
    cores: 2,
    memory: 1,
    host: "h",
    git: null,
    pid: 1,
    argv: []
  },
  from: from === null ? null : { global_step: from, epoch: Math.floor(from / 10), step: from % 10 },
  ...fields
})

export const epoch = (number: number, fields = {}): EventLine<"EpochFinished"> => ({
  event: "EpochFinished",
  time: new Date(Date.parse(time) + 10_000 * number).toISOString(),
  global_step: 10 * number,
  epochs: 9,
  is_best: false,
  record: { epoch: number, learning_rate: 0.01, seconds: 1, train_loss: 1 / number, ...fields }
})

/** What is the same however often a run was interrupted: the global steps, and the kinds of other lines. */
export const told = (lines: ReadonlyArray<Line>): ReadonlyArray<string | number> =>
  lines.map((line) => (line.event === "Step" ? line.global_step : line.event))
