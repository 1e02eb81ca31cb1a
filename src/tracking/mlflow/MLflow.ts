import * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Event } from "../../events/Event.js"
import { Observer } from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import type { Run } from "../../training/Run.js"
import * as RunLog from "../../runlog/RunLog.js"
import { backlogOf } from "../Backlog.js"
import {
  ofStep,
  pointsOf,
  settingsOf,
  stepNames,
  stepNamesWithNorm,
  type StepPoint
} from "../Points.js"
import type { RunObserver } from "../RunObserver.js"
import { TrackingError } from "../TrackingError.js"
import * as Client from "./Client.js"

/** What `training.observers` says of MLflow. */
export interface Settings {
  readonly tracking_uri: string | null
  readonly experiment: string | null
  readonly step_interval: number
  readonly artifacts: boolean
}

/** The tag by which a run is found again. */
const runTag = "holdfast.run_id"

/** How often what is new is sent. */
const interval = "2 seconds"

/** How long the end of a run waits for the server; one that is interrupted has to stop soon. */
const patience = { finished: "30 seconds", stopped: "5 seconds" } as const

/** Metrics that wait while the server is away, at most; then those of steps are left out. */
const capacity = 200_000

/** What makes a resumed run compute other numbers than before. */
const changing = new Set([
  "DataChanged",
  "BackendChanged",
  "DeterminismLost",
  "OptimizerChanged",
  "StateLost"
])

/**
 * Records a run on an MLflow server, in the background. A resumed run continues the MLflow run of its id:
 * points that the server has, from a process that was killed, are not sent again, since the run computes
 * the same numbers; what the server lacks comes from the run's log. Where the config or the data has
 * changed, and the server has points beyond the checkpoint, a new MLflow run begins, a child of that one.
 */
export const observe =
  (settings: Settings): RunObserver =>
  (run) =>
    Layer.scoped(
      Observer,
      Effect.map(recorder(settings, run), (emit) => ({ emit }))
    )

type Started = Extract<Event, { readonly _tag: "RunStarted" }>

const recorder = (settings: Settings, run: Run) =>
  Effect.gen(function* () {
    const uri =
      settings.tracking_uri ?? process.env["MLFLOW_TRACKING_URI"] ?? "http://127.0.0.1:5000"
    if (!/^https?:\/\//.test(uri) || !URL.canParse(uri)) {
      return yield* new TrackingError({
        reason: "Setting",
        tool: "MLflow",
        detail: t`${uri} is not the address of a server; give tracking_uri, or MLFLOW_TRACKING_URI, as http://localhost:5000`
      })
    }
    const fs = yield* FileSystem.FileSystem
    const client = yield* Client.make(uri)
    let started: Started | null = null
    let isChanged = false
    let best: string | null = null
    let connected: Client.Run | null = null
    /** The last step of each metric that the server has from before. */
    let before: ReadonlyMap<string, number> = new Map()
    let waiting: Array<Client.Metric> = []
    let isWarned = false

    const add = (name: string, value: number, step: number, timestamp: number) => {
      const key = keyOf(name)
      if (step > (before.get(key) ?? -1)) waiting.push({ key, value, step, timestamp })
    }
    const addStep = (step: StepPoint, timestamp: number) => {
      if (step.global_step % settings.step_interval !== 0 || waiting.length > capacity) return
      const names = step.gradient_norm === undefined ? stepNames : stepNamesWithNorm
      ofStep(step).forEach((value, i) => add(names[i]!, value, step.global_step, timestamp))
    }
    const addEvent = (event: Event, timestamp: number) => {
      const points = pointsOf(event)
      if (points === null) return
      for (const [name, value] of Object.entries(points.values)) {
        add(name, value, points.global_step, timestamp)
      }
    }

    const connect = (run: Started) =>
      Effect.gen(function* () {
        const experiment = yield* client.experiment(
          settings.experiment ?? process.env["MLFLOW_EXPERIMENT_NAME"] ?? run.pipeline ?? "holdfast"
        )
        const found = yield* client.find(experiment, { key: runTag, value: run.id })
        const isAhead = found?.data.metrics.some(({ step }) => step > run.global_step) === true
        const isContinued = found !== null && !(isAhead && isChanged)
        const log = yield* Effect.orElseSucceed(RunLog.read(run.folder), () => null)
        const mlrun = isContinued
          ? found
          : yield* client.create({
              experiment_id: experiment,
              run_name: log?.run.name ?? `${run.pipeline ?? "run"}-${run.id.slice(0, 8)}`,
              start_time: yield* Clock.currentTimeMillis,
              tags: tagsOf(run, log, found)
            })
        if (isContinued) yield* client.update(mlrun, "RUNNING", null)
        const has = new Map(mlrun.data.params.map(({ key, value }) => [key, value]))
        const settingsNow = Object.entries(settingsOf(run.config)).map(([name, value]) => ({
          key: keyOf(name),
          value: String(value).slice(0, Client.limits.paramLength)
        }))
        const isNew = settingsNow.filter(({ key }) => !has.has(key))
        // A param never changes on the server.
        const changed = settingsNow.filter(({ key, value }) => (has.get(key) ?? value) !== value)
        for (const params of chunks(isNew, Client.limits.params))
          yield* client.log(mlrun, { params })
        const tags = changed.map(({ key, value }) => ({ key: `changed.${key}`, value }))
        for (const some of chunks(tags, Client.limits.tags))
          yield* client.log(mlrun, { tags: some })
        before = new Map(mlrun.data.metrics.map(({ key, step }) => [key, step]))
        const live = waiting
        waiting = []
        const backlog = yield* backlogOf(run.folder, run.global_step)
        for (const { milliseconds, ...step } of backlog.steps) addStep(step, milliseconds)
        for (const { event, milliseconds } of backlog.events) addEvent(event, milliseconds)
        // An evaluation that is done again is there by now.
        const sent = new Map(before)
        for (const { key, step } of waiting) sent.set(key, Math.max(step, sent.get(key) ?? -1))
        before = sent
        waiting.push(...live.filter(({ key, step }) => step > (before.get(key) ?? -1)))
        connected = mlrun
        return mlrun
      })

    const sendAll = Effect.gen(function* () {
      if (started === null) return
      const mlrun = connected ?? (yield* connect(started))
      while (waiting.length > 0) {
        const metrics = waiting.slice(0, Client.limits.metrics)
        yield* client.log(mlrun, { metrics }).pipe(
          // What the server refuses it refuses again.
          Effect.catchIf(({ status }) => status === 400, warnOfRefusal)
        )
        waiting = waiting.slice(metrics.length)
      }
      if (isWarned)
        yield* Effect.logInfo(t`MLflow at ${uri} is reachable again, and has all metrics`)
      isWarned = false
    }).pipe(Effect.provideService(FileSystem.FileSystem, fs))

    const warnOnce = ({ message }: Client.RequestFailed) => {
      if (isWarned) return Effect.void
      isWarned = true
      return Effect.logWarning(
        t`MLflow at ${uri} cannot be reached (${message}); training continues, and what was measured is sent when it can be`
      )
    }
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const send = oneAtATime(Effect.catchAll(sendAll, warnOnce))

    const uploads = (mlrun: Client.Run) =>
      Effect.gen(function* () {
        const folder = yield* fs.makeTempDirectoryScoped({ prefix: "holdfast-" })
        yield* fs.writeFileString(`${folder}/config.json`, JSON.stringify(run.config, null, 2))
        yield* client.upload(mlrun, "config.json", `${folder}/config.json`)
        if (best !== null) yield* client.upload(mlrun, best.replace(/^.*[/\\]/, ""), best)
      }).pipe(
        Effect.scoped,
        Effect.provideService(FileSystem.FileSystem, fs),
        Effect.catchAll(({ message }) =>
          Effect.logWarning(t`artifacts are not uploaded to MLflow: ${message}`)
        )
      )

    const end = (exit: Exit.Exit<unknown, unknown>) =>
      Effect.gen(function* () {
        yield* send
        const mlrun = connected
        if (mlrun === null) return
        if (settings.artifacts && Exit.isSuccess(exit)) yield* uploads(mlrun)
        yield* client.update(mlrun, statusOf(exit), yield* Clock.currentTimeMillis)
      }).pipe(
        Effect.ignore,
        Effect.interruptible,
        Effect.timeoutOption(Exit.isSuccess(exit) ? patience.finished : patience.stopped)
      )

    yield* Effect.addFinalizer(end)
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(interval), send)))

    return Effect.fnUntraced(function* (event: Event) {
      const now = yield* Clock.currentTimeMillis
      switch (event._tag) {
        case "RunStarted":
          started = event
          return
        case "ConfigChanged":
          isChanged ||= event.changes.some(({ wins }) => wins === "config")
          return
        case "Notice":
          isChanged ||= started === null && changing.has(event.code ?? "")
          return
        case "WentBack":
          // What follows is computed again, and differs.
          before = new Map()
          return
        case "CheckpointSaved":
          if (event.name === "best" || best === null) best = event.path
          return
        case "StepFinished":
          if (event.phase !== "train" || event.measured === undefined) return
          return addStep({ ...event.measured, examples: event.examples }, now)
        default:
          addEvent(event, now)
      }
    })
  })

const warnOfRefusal = ({ message }: Client.RequestFailed) =>
  Effect.logWarning(t`MLflow refuses metrics, which are left out: ${message}`)

const statusOf = (exit: Exit.Exit<unknown, unknown>): Client.Status =>
  Exit.isSuccess(exit) ? "FINISHED" : Cause.isInterruptedOnly(exit.cause) ? "KILLED" : "FAILED"

/** A name with what MLflow allows in one. */
const keyOf = (name: string): string => name.replaceAll(/[^\w\-. :/]/g, "_").slice(0, 250)

const tagsOf = (
  run: Started,
  log: RunLog.RunLog | null,
  parent: Client.Run | null
): ReadonlyArray<Client.Pair> => {
  const { git = null } = log?.environment ?? {}
  return [
    [runTag, run.id],
    ["holdfast.folder", run.folder],
    ["holdfast.backend", run.backend],
    ["mlflow.source.name", run.pipeline ?? ""],
    ["mlflow.note.content", log?.run.notes ?? ""],
    ["holdfast.tags", log?.run.tags.join(", ") ?? ""],
    ["mlflow.source.git.commit", git?.commit ?? ""],
    ["mlflow.parentRunId", parent?.info.run_id ?? ""]
  ]
    .filter(([, value]) => value !== "")
    .map(([key, value]) => ({ key: key!, value: value! }))
}

const chunks = <A>(all: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size)
  )
