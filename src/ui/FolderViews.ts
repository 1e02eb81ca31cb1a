import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { numberOf } from "../runlog/Line.js"
import * as LogFile from "../runlog/LogFile.js"
import type { RunRecord } from "../runlog/RunLog.js"
import { bucketSize } from "../runlog/Thin.js"
import * as Actions from "./Actions.js"
import type * as Api from "./Api.js"
import { type ApiFailure, failed } from "./ApiFailure.js"
import * as CheckpointViews from "./CheckpointViews.js"
import * as Curves from "./Curves.js"
import * as Live from "./Live.js"
import * as Recordings from "./Recordings.js"
import { resumeCommand } from "./ResumeCommand.js"
import * as RunIndex from "./RunIndex.js"
import { RunViews } from "./RunViews.js"
import * as SweepIndex from "./SweepIndex.js"

/** The time of each stage in all processes of a run: each has counted its own. */
export const stageTimes = ({ lines }: Pick<RunRecord, "lines">): ReadonlyArray<Api.StageTime> => {
  const total = new Map<string, Api.StageTime>()
  let last: RunRecord["stageTimes"][number] | null = null
  const add = () => {
    for (const { calls, path, seconds } of last?.stages ?? []) {
      const key = JSON.stringify(path)
      const before = total.get(key)
      total.set(key, {
        path,
        seconds: seconds + (before?.seconds ?? 0),
        calls: calls + (before?.calls ?? 0)
      })
    }
    last = null
  }
  for (const line of lines) {
    if (line.event === "LogOpened") add()
    else if (line.event === "StageTimes") last = line
  }
  add()
  return [...total.values()]
}

/** What the log of a run says beyond its summary. */
const ofLog = (
  { record, file }: Extract<RunIndex.OpenedRun, { readonly _tag: "Log" }>,
  details: ReadonlyArray<Api.Detail>
): Omit<Api.RunDetail, "summary" | "checkpoints" | "secondsLeft"> => ({
  config: record.config,
  environment: { ...record.environment },
  processes: record.opened.map(({ environment, from, time }) => ({
    openedAt: time,
    environment: { ...environment },
    from
  })),
  warnings: record.warnings.map(({ code, message, time }) => ({
    time,
    code: code ?? null,
    message
  })),
  saves: record.saves.map(({ bytes, pause_ms, position, time, write_ms }) => ({
    time,
    position,
    bytes,
    milliseconds: write_ms,
    pauseMilliseconds: pause_ms
  })),
  stages: stageTimes(record),
  resumeCommand: resumeCommand(record.environment.argv, "latest"),
  evaluated: record.evaluated.map(({ epoch, metrics, split }) => ({
    split,
    epoch,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => {
        const number = numberOf(value)
        return [name, Number.isFinite(number) ? number : null]
      })
    )
  })),
  details,
  log: {
    hasPartialLine: file.hasPartialLine,
    isThinned: bucketSize(file.lastSteps.at(-1)?.global_step ?? 0) > 1
  }
})

const withoutLog = (config: unknown): ReturnType<typeof ofLog> => ({
  config,
  environment: {},
  processes: [],
  warnings: [],
  saves: [],
  stages: [],
  resumeCommand: null,
  evaluated: [],
  details: [],
  log: { hasPartialLine: false, isThinned: false }
})

/** The runs in the folder `root`, for pages. */
export const layer = (root: string) =>
  Layer.scoped(
    RunViews,
    Effect.gen(function* () {
      const services = yield* Effect.context<FileSystem.FileSystem | CheckpointStore>()
      const index = yield* RunIndex.make(root)
      const curves = Curves.make(index)
      const checkpoints = yield* CheckpointViews.make
      const sweeps = yield* SweepIndex.make(index)
      const live = yield* Live.make(index, sweeps)
      // So that the first page finds it done.
      yield* Effect.forkScoped(Effect.ignore(Effect.zipRight(index.all, sweeps.refresh)))

      const detail = Effect.fn("RunViews.run")(function* (id: string) {
        const [known, run] = yield* index.open(id)
        const listed = yield* Effect.orElseSucceed(checkpoints.list(known, run), () => [])
        const { summary } = known
        const rest =
          run._tag === "Log"
            ? ofLog(
                run,
                (yield* LogFile.readDetails(run.file)).map(({ epoch, metric, phase, value }) => ({
                  split: phase,
                  epoch,
                  metric,
                  value
                }))
              )
            : withoutLog(run._tag === "Checkpoint" ? run.meta.config : {})
        return { ...rest, summary, checkpoints: listed, secondsLeft: summary.secondsLeft }
      })

      const listOf = (runs: ReadonlyArray<RunIndex.KnownRun>) =>
        Effect.map(sweeps.refresh, () => ({
          root,
          runs: runs
            .map(({ summary }) => summary)
            .sort((a, b) => (later(a) < later(b) ? 1 : later(a) > later(b) ? -1 : 0)),
          sweeps: [...sweeps.known().sweeps.values()].map(({ detail }) => detail.summary),
          unread: index.unread(),
          truncated: index.isTruncated()
        }))

      const example = <A>(
        id: string,
        of: (run: RunIndex.OpenedRun) => Effect.Effect<A, ApiFailure, FileSystem.FileSystem>
      ) => Effect.flatMap(index.open(id), ([, run]) => Effect.provide(of(run), services))

      return {
        list: Effect.flatMap(index.all, listOf),
        listSoon: Effect.flatMap(index.soon, listOf),
        run: (id) => Effect.catchTag(detail(id), "RunLogError", failed),
        sweep: sweeps.open,
        metrics: curves.metrics,
        series: curves.series,
        live,
        examples: (id, split) => example(id, (run) => Recordings.examples(run, split)),
        audio: (query) => example(query.id, (run) => Recordings.audio(run, query)),
        spectrogram: (query) => example(query.id, (run) => Recordings.spectrogram(run, query)),
        verify: ({ checkpoint, id }) =>
          Effect.flatMap(index.open(id), ([known, run]) =>
            checkpoints.verify(known, run, checkpoint)
          ),
        act: (action) =>
          Effect.gen(function* () {
            const [known] = yield* index.open(action.id)
            yield* Actions.act(known, action, (name) => checkpoints.find(known, name))
            const [{ summary }] = yield* index.open(action.id)
            return { summary }
          }).pipe(Effect.provide(services))
      } satisfies RunViews["Type"]
    })
  )

/** What runs are sorted by: when they were started, or, without a log, last saved. */
const later = ({ id, startedAt, updatedAt }: Api.RunSummary): string =>
  `${startedAt ?? updatedAt ?? ""} ${id}`
