import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { logFile } from "../checkpointing/FileNames.js"
import type { Event } from "../events/Event.js"
import { fieldsOf } from "../events/JsonLines.js"
import { deliver, Observer, patiently } from "../events/Observer.js"
import type { DanglingLink } from "../io/Folder.js"
import * as EventLoop from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import { environment } from "./Environment.js"
import * as LogWriter from "./LogWriter.js"
import {
  version,
  type Description,
  type EventLine,
  type Line,
  type LogOpened,
  type Step
} from "./Line.js"
import { describe } from "./RunLog.js"
import * as SystemUse from "./SystemUse.js"

/** What people call the run, and where its log lies. */
export interface Options extends Partial<Description> {
  /** By default the folder of the run's checkpoints. */
  readonly folder?: string
}

/** `isOptional`: whether a run whose folder no checkpoint has made, as that of a store in memory, has no log. */
interface Recording extends Options {
  readonly isOptional?: boolean
}

type RunStarted = Extract<Event, { readonly _tag: "RunStarted" }>

/** What is not written yet: when it came, and after how many steps. */
interface Waiting {
  readonly event: Event | ({ readonly _tag: "System" } & SystemUse.SystemUse)
  readonly at: number
  readonly step: number
}

/** Milliseconds between two writes in the background. */
const interval = 1000

/** How many events wait for a log that cannot be written. Of more, the oldest steps are dropped. */
const capacity = 50_000

/**
 * Beside an observer, writes the log of each run that trains: `events.ndjson` in the folder of its
 * checkpoints (docs/run-log.md). What happens is kept in memory, and written in the background once a
 * second, before a checkpoint becomes durable, and at the end. A log that cannot be written is warned of
 * once, and tried again; training continues.
 */
export const beside = <E, R>(
  observer: Layer.Layer<Observer, E, R>,
  options: Recording = {}
): Layer.Layer<Observer, E, R | FileSystem.FileSystem> =>
  Layer.scoped(
    Observer,
    Effect.gen(function* () {
      const other = Context.get(yield* Layer.build(observer), Observer)
      const fs = yield* FileSystem.FileSystem
      // Early: to start git copies the tables of this process's memory, 15 ms now and 100 ms with the data.
      const asked = yield* Effect.cached(environment)
      yield* Effect.forkScoped(asked)
      const warn = (message: string) =>
        deliver(other, { _tag: "Notice", level: "warning", code: "RunLog", message })
      const recorder = make(options, asked, warn)
      const write = (durable: boolean) =>
        Effect.provideService(recorder.write(durable), FileSystem.FileSystem, fs)
      const inBackground = Effect.forever(
        Effect.zipRight(EventLoop.pause(interval), Effect.zipRight(recorder.tick, write(false)))
      )
      yield* Effect.addFinalizer(() => patiently(write(true)))
      yield* Effect.forkScoped(Effect.interruptible(inBackground))
      return {
        emit: (event) => {
          recorder.see(event)
          return other.emit(event)
        },
        flush: Effect.zipRight(write(true), other.flush ?? Effect.void)
      }
    })
  )

const isThere = (folder: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(folder), () => true))

const make = (
  options: Recording,
  environment: Effect.Effect<LogOpened["environment"]>,
  warn: (message: string) => Effect.Effect<void>
) => {
  const begun = performance.now()
  const measure = SystemUse.meter()
  let waiting: Array<Waiting> = []
  let current: RunStarted | null = null
  let file: LogWriter.LogWriter | null = null
  let step = 0
  let systemDue = 0
  let isOff = false
  let hasWarned = false

  /** On the path of every step: keeps the event, and no more. */
  const see = (event: Event): void => {
    if (event._tag === "StepFinished") {
      if (event.measured === undefined) return
      step = event.measured.global_step
    } else if (event._tag === "RunStarted") {
      isOff = isSwitchedOff(event)
      step = event.global_step
    } else if (event._tag === "WentBack") step = event.global_step
    if (!isOff) waiting.push({ event, at: Date.now(), step })
  }

  const tick = Effect.sync(() => {
    const seconds = (performance.now() - begun) / 1000
    if (file === null || isOff || seconds < systemDue) return
    systemDue = SystemUse.nextDue(seconds)
    waiting.push({ event: { _tag: "System", ...measure() }, at: Date.now(), step })
  })

  /** Whether a run that resumes in its folder has changed it: not before is its log cut back. */
  const isDue = (events: ReadonlyArray<Waiting>) =>
    file !== null || current?.from === null || events.some(({ event }) => !passing.has(event._tag))

  const writeRun = (started: RunStarted, count: number, durable: boolean) =>
    Effect.gen(function* () {
      const events = waiting.slice(0, count)
      if (!isDue(events) || (count === 0 && !durable)) return
      const folder = options.folder ?? started.folder
      const isNew = file === null
      if (isNew && options.isOptional === true && !(yield* isThere(folder))) {
        isOff = true
        waiting = waiting.slice(count)
        return
      }
      file ??= LogWriter.make(folder, yield* opening(started, events, options, environment))
      yield* file.write(events.map(lineOf), durable)
      waiting = waiting.slice(count)
      const { name, notes, tags } = options
      if (isNew && (name !== undefined || notes !== undefined || tags !== undefined)) {
        yield* describe(folder, {
          ...(name !== undefined && { name }),
          ...(notes !== undefined && { notes }),
          ...(tags !== undefined && { tags })
        })
      }
    })

  /** Writes what waits: of the run that is being recorded, then of those that have started since. */
  const writeAll = (durable: boolean) =>
    Effect.gen(function* () {
      for (;;) {
        const next = waiting.findIndex(
          ({ event }) => event._tag === "RunStarted" && event !== current
        )
        const count = next < 0 ? waiting.length : next
        if (current !== null) yield* writeRun(current, count, durable)
        if (next < 0) return
        // What came before the first run belongs to it; what a run had to say that changed nothing, to none.
        if (current !== null) waiting = waiting.slice(waiting.findIndex(startsAnother))
        current = waiting.find(startsAnother)!.event as RunStarted
        file = null
      }
    })
  const startsAnother = ({ event }: Waiting) => event._tag === "RunStarted" && event !== current

  const failed = (error: PlatformError | DanglingLink) =>
    Effect.suspend(() => {
      if (waiting.length > capacity) {
        const steps = waiting.filter(({ event }) => event._tag === "StepFinished")
        const dropped = new Set(steps.slice(0, Math.max(0, steps.length - capacity / 2)))
        waiting = waiting.filter((one) => !dropped.has(one))
      }
      if (hasWarned) return Effect.void
      hasWarned = true
      return warn(
        t`the log of the run cannot be written: ${error.message}. Training continues; the log is tried again, and lacks the oldest steps if that takes long`
      )
    })

  const taken = Effect.suspend(() => {
    isOff = true
    waiting = []
    const log = path.join(options.folder ?? current!.folder, logFile)
    return warn(
      t`another process has written to ${log}, so this run writes no more to it. Training continues`
    )
  })

  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
  const write = (durable: boolean) =>
    Effect.suspend(() => (isOff ? Effect.void : writeAll(durable))).pipe(
      Effect.catchTag("LogTaken", () => taken),
      Effect.catchTag("FolderGone", () => Effect.void),
      Effect.catchAll(failed),
      Effect.uninterruptible,
      oneAtATime
    )

  return { see, tick, write }
}

/** What changes nothing in the folder of a run. */
const passing = new Set<string>([
  "Notice",
  "BackendChosen",
  "DatasetLoaded",
  "ConfigChanged",
  "WeightsLoaded",
  "EarlierRunArchived",
  "RunStarted",
  "Interrupted",
  "Result",
  "Custom"
])

const isSwitchedOff = ({ config }: RunStarted): boolean =>
  (config["training"] as { readonly run_log?: boolean } | undefined)?.run_log === false

/** The first line of a process, with what it takes to fill what the log lacks. */
const opening = (
  started: RunStarted,
  events: ReadonlyArray<Waiting>,
  { name = null, notes = null, tags = [] }: Options,
  environment: Effect.Effect<LogOpened["environment"]>
) =>
  Effect.gen(function* () {
    const { backend, config, from, global_step, history, id, parent, pipeline } = started
    const at = events.find(({ event }) => event === started)?.at ?? Date.now()
    const time = new Date(at).toISOString()
    const opened: LogOpened = {
      event: "LogOpened",
      time,
      global_step,
      version,
      run: {
        id,
        name,
        tags,
        notes,
        parent: parent && { ...parent, path: path.resolve(parent.path) }
      },
      pipeline,
      backend,
      config,
      environment: yield* environment,
      from: from && { global_step, epoch: from.epoch, step: from.step }
    }
    // Of a stream of unknown length, as many as there were on average.
    const stepsPerEpoch =
      started.steps_per_epoch ?? (from === null ? 0 : (global_step - from.step) / from.epoch)
    const epochs = history.map((record): EventLine<"EpochFinished"> => ({
      event: "EpochFinished",
      time,
      global_step: Math.min(global_step, Math.round(record.epoch * stepsPerEpoch)),
      record,
      epochs: started.epochs,
      is_best: false
    }))
    return { opened, epochs }
  })

/** The line of what has happened. */
const lineOf = ({ at, event, step }: Waiting): Line => {
  const time = new Date(at).toISOString()
  if (event._tag === "StepFinished" && event.measured !== undefined) {
    const { data_wait_ms, step_ms, ...measured } = event.measured
    const line: Step = {
      event: "Step",
      time,
      epoch: event.epoch,
      step: event.step,
      examples: event.examples,
      ...measured,
      data_wait_ms: rounded(data_wait_ms),
      step_ms: rounded(step_ms)
    }
    return line
  }
  const fields = event._tag === "System" ? event : fieldsOf(event)
  const { _tag: _, ...rest } = fields as Record<string, unknown>
  return { event: event._tag, time, global_step: step, ...rest } as Line
}

/** In milliseconds, to the microsecond. */
const rounded = (milliseconds: number): number => Math.round(1000 * milliseconds) / 1000
