import type { Series, XAxis } from "../../Api.js"
import { exampleKey, type ReportData } from "../../ReportData.js"
import { SourceError, type Source } from "./Source.js"

/** The points of a curve from `from` to `to`, with one more on either side for the line to leave by. */
const cut = (series: Series, from = -Infinity, to = Infinity): Series => {
  const first = series.x.findIndex((x) => x >= from)
  const after = series.x.findIndex((x) => x > to)
  const start = first < 0 ? series.x.length : Math.max(0, first - 1)
  const end = after < 0 ? series.x.length : after + 1
  return {
    ...series,
    x: series.x.slice(start, end),
    y: series.y.slice(start, end),
    ...(series.low && { low: series.low.slice(start, end) }),
    ...(series.high && { high: series.high.slice(start, end) })
  }
}

const found = <A>(value: A | undefined, name: string): A => {
  if (value === undefined) throw new SourceError("NotFound", name)
  return value
}

/** A report that its runs are written into. */
export const inlineSource = (data: ReportData): Source => ({
  runs: async () => ({
    root: "",
    runs: data.runs,
    sweeps: data.sweep === undefined ? [] : [data.sweep.summary],
    canAct: false,
    unread: 0,
    truncated: false,
    version: data.holdfast
  }),
  run: async (id) => found(data.details[id], id),
  sweep: async (id) => found(data.sweep?.summary.id === id ? data.sweep : undefined, id),
  metrics: async (ids) => {
    const names = new Set(
      Object.values(data.series)
        .flatMap(({ series }) => series)
        .filter(({ id }) => ids.includes(id))
        .map(({ metric }) => metric)
    )
    return { metrics: data.metrics.metrics.filter(({ name }) => names.has(name)) }
  },
  series: async ({ from, ids, metrics, to, x }) => ({
    series: (data.series[x]?.series ?? [])
      .filter(({ id, metric }) => ids.includes(id) && metrics.includes(metric))
      .map((series) => cut(series, from, to))
  }),
  examples: async (id, split) => {
    const splits = data.examples[id] ?? {}
    return (
      splits[split ?? ""] ??
      Object.values(splits)[0] ?? {
        split: "",
        splits: [],
        epoch: null,
        metric: "loss",
        examples: []
      }
    )
  },
  spectrogram: async (example) =>
    found(data.spectrograms[exampleKey(example)], exampleKey(example)),
  audio: (example) => {
    const wav = data.audio[exampleKey(example)]
    return wav === undefined ? null : `data:audio/wav;base64,${wav}`
  },
  axes: Object.keys(data.series) as ReadonlyArray<XAxis>,
  live: null,
  act: null,
  verify: null
})
