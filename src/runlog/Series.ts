import type { RunRecord } from "./RunLog.js"

/** What a curve can be of. */
export interface MetricName {
  readonly name: string
  /** What has measured it: each step, an epoch or a validation, a save, or the system now and then. */
  readonly kind: "step" | "epoch" | "save" | "system"
  readonly unit: "ms" | "s" | "bytes" | "cores" | "examples/s" | null
}

/** What a curve runs over: steps, seconds that the run has been running, milliseconds since 1970, or epochs. */
export type Axis = "step" | "time" | "wall" | "epoch"

/** A curve. Where many values are drawn as one point, `y` is their median, `low` and `high` span them. */
export interface Series {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly low?: Float64Array
  readonly high?: Float64Array
}

/** What of a log is drawn. */
export interface SeriesOptions {
  readonly x: Axis
  /** At most so many points. */
  readonly points: number
  /** The part of the axis, both ends included; by default all of it. */
  readonly from?: number
  readonly to?: number
}

const stepMetrics = {
  loss: null,
  learning_rate: null,
  gradient_norm: null,
  examples_per_second: "examples/s",
  data_wait_ms: "ms",
  step_ms: "ms"
} as const

const systemMetrics = {
  cpu: "cores",
  rss: "bytes",
  heap: "bytes",
  load: null,
  free_memory: "bytes",
  tensors: null,
  tensor_bytes: "bytes"
} as const

const saveMetrics = { save_ms: "ms", save_pause_ms: "ms", save_bytes: "bytes" } as const

/** What there are curves of in a log, in the order in which people look for them. */
export const metricNames = (log: RunRecord): ReadonlyArray<MetricName> => {
  const names: Array<MetricName> = []
  const has = (values: Float64Array) => values.some((value) => !Number.isNaN(value))
  const add = (kind: MetricName["kind"], units: Readonly<Record<string, MetricName["unit"]>>) => {
    for (const [name, unit] of Object.entries(units)) {
      if (has(valuesOf(log, name).y)) names.push({ name, kind, unit })
    }
  }
  add("step", stepMetrics)
  for (const name of epochMetrics(log)) {
    names.push({ name, kind: "epoch", unit: name === "seconds" ? "s" : null })
  }
  add("save", saveMetrics)
  add("system", systemMetrics)
  return names
}

/**
 * The curve of a metric, with at most `points` points. Peaks stay: where a point stands for several
 * values, `low` and `high` are the least and the greatest of them. An unknown metric has no points.
 */
export const series = (log: RunRecord, metric: string, options: SeriesOptions): Series => {
  const { from = -Infinity, to = Infinity, points } = options
  const all = valuesOf(log, metric)
  const axis = axisOf(log, options.x)
  const size = all.y.length
  const x = new Float64Array(size)
  const y = new Float64Array(size)
  const high = new Float64Array(size)
  let count = 0
  for (let i = 0; i < size; i++) {
    const value = all.y[i]!
    if (Number.isNaN(value)) continue
    const at = axis(all.global_step[i]!, all.time[i]!, all.epoch[i]!)
    if (!(at >= from && at <= to)) continue
    x[count] = at
    y[count] = value
    high[count++] = all.high?.[i] ?? value
  }
  return downsampled(
    x.subarray(0, count),
    y.subarray(0, count),
    high.subarray(0, count),
    Math.max(2, points)
  )
}

/** `high`: the greatest value that each stands for. */
const downsampled = (
  x: Float64Array,
  y: Float64Array,
  high: Float64Array,
  points: number
): Series => {
  const isSpread = high.some((value, i) => value !== y[i])
  if (y.length <= points && !isSpread) return { x, y }
  const count = Math.min(points, y.length)
  const drawn = {
    x: new Float64Array(count),
    y: new Float64Array(count),
    low: new Float64Array(count),
    high: new Float64Array(count)
  }
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * y.length) / count)
    const to = Math.floor(((i + 1) * y.length) / count)
    let [low, top] = [Infinity, -Infinity]
    for (let j = from; j < to; j++) {
      low = Math.min(low, y[j]!)
      top = Math.max(top, high[j]!)
    }
    drawn.x[i] = x[from + ((to - from) >> 1)]!
    drawn.y[i] = median(y.subarray(from, to))
    drawn.low[i] = low
    drawn.high[i] = top
  }
  return drawn
}

/** One of the values, the lower of the two in the middle. */
const median = (values: Float64Array): number => values.toSorted()[(values.length - 1) >> 1]!

/** Values of a metric with where they belong, in order; `epoch` in fractions. */
interface Values {
  readonly global_step: ArrayLike<number>
  readonly time: ArrayLike<number>
  readonly epoch: ArrayLike<number>
  readonly y: Float64Array
  readonly high?: Float64Array
}

const valuesOf = (log: RunRecord, metric: string): Values => {
  if (metric in stepMetrics) return stepValues(log, metric as keyof typeof stepMetrics)
  if (metric in systemMetrics) {
    const name = metric as keyof typeof systemMetrics
    return placed(
      log,
      log.system.map((line) => ({ ...line, y: line[name] }))
    )
  }
  if (metric in saveMetrics) {
    const field = {
      save_ms: "write_ms",
      save_pause_ms: "pause_ms",
      save_bytes: "bytes"
    }
    const name = field[metric as keyof typeof field] as "write_ms"
    return placed(
      log,
      log.saves.map((line) => ({ ...line, y: line[name] }))
    )
  }
  const measured = [
    ...log.epochs.map(({ record, ...line }) => ({
      ...line,
      epoch: record.epoch,
      y: Number(record[metric] ?? NaN)
    })),
    ...log.validations.map((line) => ({
      time: line.time,
      global_step: line.global_step,
      epoch: line.epoch - 1 + line.step / Math.max(1, line.steps ?? line.step),
      y: Number(line.metrics[metric] ?? NaN)
    }))
  ]
  return placed(
    log,
    measured.sort((a, b) => a.global_step - b.global_step || a.epoch - b.epoch)
  )
}

const stepValues = (log: RunRecord, metric: keyof typeof stepMetrics): Values => {
  const { steps } = log
  const perEpoch = stepsPerEpoch(log)
  const place = {
    global_step: steps.global_step,
    time: steps.time,
    epoch: steps.step.map((step, i) => steps.epoch[i]! - 1 + step / perEpoch)
  }
  switch (metric) {
    case "examples_per_second":
      return { ...place, y: steps.examples.map((count, i) => (1000 * count) / steps.step_ms[i]!) }
    case "step_ms":
      return { ...place, y: steps.step_ms, high: steps.step_ms_max }
    case "data_wait_ms":
      return { ...place, y: steps.data_wait_ms, high: steps.data_wait_ms_max }
    default:
      return { ...place, y: steps[metric] }
  }
}

const placed = (
  log: RunRecord,
  lines: ReadonlyArray<{
    readonly time: string
    readonly global_step: number
    readonly epoch?: number
    readonly y: number
  }>
): Values => {
  const perEpoch = stepsPerEpoch(log)
  return {
    global_step: lines.map(({ global_step }) => global_step),
    time: lines.map(({ time }) => Date.parse(time)),
    epoch: lines.map(({ epoch, global_step }) => epoch ?? global_step / perEpoch),
    y: Float64Array.from(lines, ({ y }) => y)
  }
}

const stepsPerEpoch = (log: RunRecord): number => Math.max(1, log.started?.steps_per_epoch ?? 1)

const epochMetrics = (log: RunRecord): ReadonlyArray<string> =>
  [
    ...new Set([
      ...log.epochs.flatMap(({ record }) => Object.keys(record)),
      ...log.validations.flatMap(({ metrics }) => Object.keys(metrics))
    ])
  ].filter((name) => name !== "epoch" && name !== "learning_rate")

/** Where on the axis a value is. */
const axisOf = (log: RunRecord, x: Axis) => {
  switch (x) {
    case "step":
      return (globalStep: number) => globalStep
    case "epoch":
      return (_step: number, _time: number, epoch: number) => epoch
    case "wall":
      return (_step: number, time: number) => time
    case "time": {
      const seconds = secondsRunning(log)
      return (_step: number, time: number) => seconds(time)
    }
  }
}

/** How long the run had been running at a time, without what lies between its processes. */
const secondsRunning = (log: RunRecord): ((time: number) => number) => {
  const begun = log.opened.map(({ time }) => Date.parse(time))
  const times = [...log.steps.time, ...log.lines.map(({ time }) => Date.parse(time))].sort(
    (a, b) => a - b
  )
  // The last that each process has written, before the next began.
  let at = 0
  const ended = begun.map((start, i) => {
    const next = begun[i + 1] ?? Infinity
    let last = start
    while (at < times.length && times[at]! < next) last = Math.max(last, times[at++]!)
    return last
  })
  const before = begun.map((_, i) =>
    begun.slice(0, i).reduce((sum, start, j) => sum + ended[j]! - start, 0)
  )
  return (time) => {
    let i = begun.length - 1
    while (i > 0 && begun[i]! > time) i--
    return (before[i]! + Math.max(0, time - begun[i]!)) / 1000
  }
}
