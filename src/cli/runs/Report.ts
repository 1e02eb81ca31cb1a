import * as Effect from "effect/Effect"
import * as NodePath from "node:path"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import type { Example, ExampleList, Finite, Series, SweepDetail, XAxis } from "../../ui/Api.js"
import { exampleKey, type ReportData } from "../../ui/ReportData.js"
import type { OpenRun, OpenSweep } from "./OpenRuns.js"
import { RunsError } from "./RunsError.js"

/** What stands in the page for the data. */
const placeholder = "__HOLDFAST_DATA__"

/** The x axes over which the curves of a report can be drawn. */
const axes: ReadonlyArray<XAxis> = ["step", "epoch", "time"]

/** The points of each curve; fewer, one after another, where the file would be too large. */
const points = [600, 300, 150, 75]

/** How a report is made. */
export interface ReportOptions {
  /** The sweep that the report is of; the first run is then its best trial. */
  readonly sweep: OpenSweep | null
  /** The built page. */
  readonly template: string
  /** The largest report, in bytes. */
  readonly limit: number
  readonly holdfast: string
  readonly createdAt: string
}

/** The report of a sweep, or of the first run, compared with the others: its data, and the page with them. */
export const make = Effect.fn("Report.make")(function* (
  runs: ReadonlyArray<OpenRun>,
  { createdAt, holdfast, limit, sweep, template }: ReportOptions
) {
  const named = withIds(runs)
  const core = {
    version: 1,
    holdfast,
    createdAt,
    ...(sweep && { sweep: withFolders(sweep) }),
    runs: named.map(({ detail }) => detail.summary),
    details: Object.fromEntries(named.map(({ detail, id }) => [id, detail])),
    metrics: {
      metrics: distinct(
        (yield* Effect.forEach(runs, ({ id, views }) => views.metrics([id]))).flatMap(
          ({ metrics }) => metrics
        )
      )
    },
    examples: Object.fromEntries(
      yield* Effect.forEach(named, (run) => Effect.map(examplesOf(run), (found) => [run.id, found]))
    )
  } satisfies Partial<ReportData>
  const empty = { audio: {}, spectrograms: {}, left_out: [] }
  let smallest = Infinity
  for (const most of points) {
    const series = yield* curves(named, core.metrics.metrics, most)
    const data: ReportData = { ...core, ...empty, series }
    const size = sizeOf(template) + sizeOf(stringify(data))
    if (size <= limit) {
      const full: ReportData = { ...data, ...(yield* media(named, data, limit - size)) }
      return { data: full, html: fill(template, full) }
    }
    smallest = size
  }
  return yield* new RunsError({
    reason: "TooLarge",
    name: Format.bytes(smallest),
    where: Format.bytes(limit),
    known: []
  })
})

/** The page with its data. Nothing in JSON without `<` ends a script. */
const fill = (template: string, data: ReportData): string =>
  template.replace(placeholder, () => stringify(data))

/** JSON in which no number has more digits than a curve shows, and that HTML may hold. */
const stringify = (data: ReportData): string => JSON.stringify(data).replaceAll("<", "\\u003c")

const sizeOf = (text: string): number => Buffer.byteLength(text)

/** The runs by ids that differ: their folders. */
const withIds = (runs: ReadonlyArray<OpenRun>) =>
  runs.map(({ detail, folder, id, views }, i) => {
    const isFirst = runs.findIndex((one) => one.folder === folder) === i
    const own = isFirst ? folder : `${folder} (${i + 1})`
    const { parent } = detail.summary
    const summary = {
      ...detail.summary,
      id: own,
      parent: parent && {
        ...parent,
        id: runs.some((run) => run.folder === parent.id) ? parent.id : null
      }
    }
    return { views, source: id, id: own, detail: { ...detail, summary } }
  })

/** The sweep, the ids of its runs as those of the report are: their folders. */
const withFolders = ({ detail, folder }: OpenSweep): SweepDetail => {
  const runOf = (run: string) => NodePath.join(folder, NodePath.basename(run))
  const { best } = detail.summary
  return {
    ...detail,
    summary: {
      ...detail.summary,
      id: folder,
      best: best && { ...best, run: runOf(best.run) }
    },
    trials: detail.trials.map((trial) => ({ ...trial, run: runOf(trial.run) }))
  }
}

type Named = ReturnType<typeof withIds>[number]

const distinct = <A extends { readonly name: string }>(all: ReadonlyArray<A>): ReadonlyArray<A> => [
  ...new Map(all.map((one) => [one.name, one])).values()
]

const short = (value: Finite): Finite => (value === null ? null : Number(value.toPrecision(6)))

const shortened = ({ high, low, x, y, ...rest }: Series): Series => ({
  ...rest,
  x: x.map((value) => Number(value.toPrecision(9))),
  y: y.map(short),
  ...(low && { low: low.map(short) }),
  ...(high && { high: high.map(short) })
})

const curves = Effect.fnUntraced(function* (
  runs: ReadonlyArray<Named>,
  metrics: ReadonlyArray<{ readonly name: string }>,
  most: number
) {
  const names = metrics.map(({ name }) => name)
  const found = yield* Effect.forEach(axes, (x) =>
    Effect.forEach(runs, ({ id, source, views }) =>
      Effect.map(views.series({ ids: [source], metrics: names, x, points: most }), ({ series }) =>
        series.map((one) => shortened({ ...one, id }))
      )
    ).pipe(Effect.map((all) => [x, { series: all.flat() }] as const))
  )
  return Object.fromEntries(found)
})

/** The worst-classified examples of each split. */
const examplesOf = Effect.fnUntraced(function* ({ source, views }: Named) {
  const { splits } = yield* views.examples(source, null)
  const found: Array<readonly [string, ExampleList]> = []
  for (const split of splits) found.push([split, yield* views.examples(source, split)])
  return Object.fromEntries(found)
})

/**
 * Recordings and spectrograms, of each run and split the worst example first, as many as fit into `room`
 * bytes, and what does not fit or cannot be read.
 */
const media = Effect.fnUntraced(function* (
  runs: ReadonlyArray<Named>,
  { examples }: ReportData,
  room: number
) {
  const audio: Record<string, string> = {}
  const spectrograms: Record<string, unknown> = {}
  const wanted = byRank(runs, examples)
  let left = room - 1000
  let unread = 0
  let tooMany = 0
  for (const { example, run, split } of wanted) {
    const query = { id: run.source, split, index: example.index }
    const read = yield* Effect.either(
      Effect.all([run.views.audio(query), run.views.spectrogram(query)])
    )
    if (read._tag === "Left") {
      unread += 1
      continue
    }
    const [wav, spectrogram] = read.right
    const drawn = {
      ...spectrogram,
      values: spectrogram.values.map((db) => Math.round(db * 10) / 10)
    }
    const key = exampleKey({ ...query, id: run.id })
    const sound = Buffer.from(wav).toString("base64")
    const size = sound.length + JSON.stringify(drawn).length + 2 * sizeOf(JSON.stringify(key)) + 8
    if (size > left) {
      tooMany += 1
      continue
    }
    left -= size
    audio[key] = sound
    spectrograms[key] = drawn
  }
  return {
    audio,
    spectrograms,
    left_out: [
      ...(tooMany === 0 ? [] : [t`${tooMany} recordings, for which there is no room (--max-size)`]),
      ...(unread === 0 ? [] : [t`${unread} recordings, which cannot be read from this folder`])
    ]
  } as Pick<ReportData, "audio" | "left_out" | "spectrograms">
})

/** The examples that can be played: the worst of each run and split, then the second of each, and so on. */
const byRank = (runs: ReadonlyArray<Named>, examples: ReportData["examples"]) =>
  runs
    .flatMap((run) =>
      Object.entries(examples[run.id] ?? {}).flatMap(([split, list]) =>
        list.examples.map((example: Example, rank) => ({ run, split, example, rank }))
      )
    )
    .filter(({ example }) => example.media === "audio")
    .sort((one, other) => one.rank - other.rank)
