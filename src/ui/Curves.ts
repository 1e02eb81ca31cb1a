import * as Effect from "effect/Effect"
import { paced } from "../io/EventLoop.js"
import * as LogFile from "../runlog/LogFile.js"
import * as RunLog from "../runlog/RunLog.js"
import type * as Api from "./Api.js"
import { type ApiFailure, failed } from "./ApiFailure.js"
import * as History from "./History.js"
import { Lru } from "./Lru.js"
import type { RunIndex } from "./RunIndex.js"
import type { SeriesQuery } from "./RunViews.js"
import { finite } from "./Summary.js"

/** Bytes of steps that are kept: those of a hundred long runs. */
const keptBytes = 256 * 2 ** 20

/** The steps of a log, read. */
interface ReadRun {
  readonly file: LogFile.LogFile
  readonly steps: LogFile.ReadSteps
  readonly record: RunLog.RunRecord
}

const weightOf = ({ record: { steps } }: ReadRun): number =>
  Object.keys(steps).length * steps.global_step.length * 8

const finites = (values: Float64Array): ReadonlyArray<Api.Finite> => Array.from(values, finite)

/** The x axis of pages in seconds; that of logs has milliseconds since 1970. */
const scaleOf = (x: Api.XAxis): number => (x === "wall" ? 1000 : 1)

/** The curves of the runs of an index. */
export const make = (index: RunIndex) => {
  const read = new Lru<ReadRun>(keptBytes)

  /** A log with its steps: those that were read before are not read again. */
  const withSteps = (id: string, file: LogFile.LogFile, record: RunLog.RunRecord) =>
    Effect.gen(function* () {
      const before = read.get(id)
      if (before?.file === file) return before.record
      const steps = yield* LogFile.readSteps(file, before?.steps ?? null)
      const next = { file, steps, record: { ...record, steps: steps.columns } }
      read.set(id, next, weightOf(next))
      return next.record
    }).pipe(Effect.mapError(failed))

  /** A record with the lines of the system too: few ask for them. */
  const withSystem = (file: LogFile.LogFile, record: RunLog.RunRecord) =>
    Effect.map(Effect.mapError(LogFile.readSystem(file), failed), (system) => ({
      ...record,
      system
    }))

  const metricsOf = (id: string) =>
    Effect.gen(function* () {
      const [, run] = yield* index.open(id)
      if (run._tag === "Unreadable") return []
      if (run._tag === "Checkpoint") return History.metrics(run.meta)
      const system = yield* Effect.mapError(LogFile.lastSystem(run.file), failed)
      return RunLog.metricNames({ ...run.record, system })
    })

  const seriesOf = (id: string, query: SeriesQuery) =>
    Effect.gen(function* () {
      const [, run] = yield* index.open(id)
      if (run._tag === "Unreadable") return []
      if (run._tag === "Checkpoint") {
        return query.metrics.map((metric) => History.series(id, run.meta, metric, query))
      }
      const system = yield* Effect.mapError(LogFile.lastSystem(run.file), failed)
      const light = { ...run.record, system }
      const kinds = new Map(RunLog.metricNames(light).map(({ kind, name }) => [name, kind]))
      const asked = query.metrics.flatMap((metric) => {
        const kind = kinds.get(metric)
        return kind === undefined ? [] : [{ metric, kind }]
      })
      const asks = (kind: Api.MetricKind) => asked.some((one) => one.kind === kind)
      // Where a process ended, its last step says: the time that a run has run depends on it.
      const steps =
        asks("step") || query.x === "time" ? yield* withSteps(id, run.file, run.record) : run.record
      const record = asks("system") ? yield* withSystem(run.file, steps) : steps
      const scale = scaleOf(query.x)
      return asked.map(({ kind, metric }): Api.Series => {
        const { high, low, x, y } = RunLog.series(record, metric, {
          x: query.x,
          points: query.points,
          ...(query.from === undefined ? {} : { from: query.from * scale }),
          ...(query.to === undefined ? {} : { to: query.to * scale })
        })
        return {
          id,
          metric,
          kind,
          x: Array.from(x, (value) => value / scale),
          y: finites(y),
          ...(low === undefined ? {} : { low: finites(low) }),
          ...(high === undefined ? {} : { high: finites(high) })
        }
      })
    })

  /** For each run that is still there; one that has gone since has no curve. */
  const eachRun = <A>(
    ids: ReadonlyArray<string>,
    of: (id: string) => Effect.Effect<ReadonlyArray<A>, ApiFailure>
  ): Effect.Effect<ReadonlyArray<A>, ApiFailure> => {
    const pause = paced()
    return Effect.map(
      Effect.forEach(
        ids,
        (id) =>
          Effect.zipRight(
            pause,
            Effect.catchIf(
              of(id),
              ({ reason }) => reason === "NotFound",
              () => Effect.succeed<ReadonlyArray<A>>([])
            )
          ),
        { concurrency: 2 }
      ),
      (found) => found.flat()
    )
  }

  return {
    metrics: (ids: ReadonlyArray<string>): Effect.Effect<Api.MetricList, ApiFailure> =>
      Effect.map(eachRun(ids, metricsOf), (found) => ({
        metrics: [...new Map(found.map((metric) => [metric.name, metric])).values()]
      })),
    series: (query: SeriesQuery): Effect.Effect<Api.SeriesList, ApiFailure> =>
      Effect.map(
        eachRun(query.ids, (id) => seriesOf(id, query)),
        (series) => ({ series })
      )
  }
}
