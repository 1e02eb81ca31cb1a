import type * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { statSync } from "node:fs"
import * as path from "node:path"
import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import * as CheckpointEntries from "../checkpointing/CheckpointEntry.js"
import { descriptionFile, logFile } from "../checkpointing/FileNames.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { paced } from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import * as LogFile from "../runlog/LogFile.js"
import * as RunLog from "../runlog/RunLog.js"
import type * as Api from "./Api.js"
import { ApiFailure, failed } from "./ApiFailure.js"
import { Lru } from "./Lru.js"
import * as Summary from "./Summary.js"

/** A run, opened: its log, or the newest of its checkpoints where there is none. */
export type OpenedRun =
  | { readonly _tag: "Log"; readonly file: LogFile.LogFile; readonly record: RunLog.RunRecord }
  | { readonly _tag: "Checkpoint"; readonly meta: CheckpointMeta }
  | { readonly _tag: "Unreadable" }

/** A run as it was when its files were last looked at. */
export interface KnownRun {
  readonly id: string
  readonly folder: string
  readonly summary: Api.RunSummary
  /** Changes with the files of the run. */
  readonly stamp: string
  /** Counts the changes of all runs: one that is greater is later. */
  readonly version: number
}

/** The runs in a folder, each looked at again when its files change. */
export interface RunIndex {
  readonly root: string
  /** The folders of sweeps by their ids, as they were when all were last looked at. */
  readonly sweeps: () => ReadonlyMap<string, string>
  /** Whether there are so many that not all are looked at. */
  readonly isTruncated: () => boolean
  /** Every run, as it is now. */
  readonly all: Effect.Effect<ReadonlyArray<KnownRun>, ApiFailure>
  /**
   * Every run, or those that are read by then, after a moment: the newest logs are read first. The others
   * are read meanwhile.
   */
  readonly soon: Effect.Effect<ReadonlyArray<KnownRun>, ApiFailure>
  /** How many runs are found, and not read yet. */
  readonly unread: () => number
  /** The runs as they were when they were last looked at, and the count of changes. */
  readonly known: () => { readonly runs: ReadonlyMap<string, KnownRun>; readonly version: number }
  /** Looks again at these runs. */
  readonly refresh: (ids: ReadonlyArray<string>) => Effect.Effect<void>
  /** A run as it is now, with what is in its files. */
  readonly open: (id: string) => Effect.Effect<readonly [KnownRun, OpenedRun], ApiFailure>
}

/** The most runs that are shown. */
const mostRuns = 5000
/** Bytes of opened logs that are kept. */
const keptBytes = 128 * 2 ** 20
/** Milliseconds for which a look at all runs counts. */
const fresh = 700
/** How long the first answer waits for runs to be read, once they are found. */
const patience = "250 millis"

/** What changes with a file. */
export const statOf = (file: string): string => {
  try {
    const { ino, mtimeMs, size } = statSync(file)
    return `${ino}:${size}:${mtimeMs}`
  } catch {
    return ""
  }
}

/** When the log of a run was written, or its folder changed. */
const changedAt = (folder: string): number => {
  for (const file of [path.join(folder, logFile), folder]) {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats !== undefined) return stats.mtimeMs
  }
  return 0
}

/** What changes when a run does; its lock is renewed every few seconds, and says whether it runs. */
const stampOf = (folder: string, isRunning: boolean, sweep: string | null): string =>
  [
    statOf(path.join(folder, logFile)),
    statOf(path.join(folder, descriptionFile)),
    statOf(folder),
    String(isRunning),
    sweep
  ].join(" ")

export const idOf = (root: string, folder: string): string =>
  path.relative(root, folder).split(path.sep).join("/") || "."

/** Roughly the bytes of memory that an opened run takes. */
const weightOf = (run: OpenedRun): number =>
  run._tag === "Log"
    ? run.file.lines.length * 1500 +
      (run.file.places.Step.offset.length + run.file.places.System.offset.length) * 24 +
      run.file.places.MetricDetail.length * 100
    : 20_000

/** What reading a run gives. */
interface Read {
  readonly run: OpenedRun
  readonly summary: Summary.OwnSummary
}

/** The index of the runs in `root`. */
export const make = (root: string) =>
  Effect.gen(function* () {
    const services = yield* Effect.context<FileSystem.FileSystem | CheckpointStore>()
    const runs = new Map<string, KnownRun>()
    let sweeps: ReadonlyMap<string, string> = new Map()
    const opened = new Lru<{ readonly stamp: string; readonly run: OpenedRun }>(keptBytes)
    let version = 0
    let isTruncated = false
    let lookedAt = -Infinity
    let unread = 0
    const scope = yield* Effect.scope
    const isFound = yield* Deferred.make<void>()
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)

    /** The sweep in whose folder a run is. */
    const sweepOf = (id: string): string | null => {
      for (let at = id; at !== ".";) {
        at = path.posix.dirname(at)
        if (sweeps.has(at)) return at
      }
      return null
    }

    /** Reads a run; what cannot be read becomes a row that says why. */
    const read = (id: string, folder: string, isRunning: boolean, before: OpenedRun | null) =>
      Effect.gen(function* () {
        const unreadable = (hasLog: boolean, problem: string): Read => ({
          run: { _tag: "Unreadable" },
          summary: Summary.unreadable(id, root, isRunning, hasLog, problem)
        })
        const hasLog = statOf(path.join(folder, logFile)) !== ""
        const fromLog = Effect.gen(function* () {
          const file = yield* LogFile.open(folder, before?._tag === "Log" ? before.file : null)
          const record = yield* LogFile.toRecord(file)
          const now = yield* Clock.currentTimeMillis
          const run: OpenedRun = { _tag: "Log", file, record }
          return { run, summary: Summary.ofLog(id, root, record, file, now) }
        })
        const fromCheckpoints = Effect.gen(function* () {
          const entries = yield* (yield* CheckpointStore).list(folder)
          const newest = CheckpointEntries.intact(entries)[0]
          if (newest === undefined) {
            const problem = CheckpointEntries.errors(entries)[0]?.message ?? t`it has no checkpoint`
            return unreadable(false, problem)
          }
          const description = yield* RunLog.descriptionOf(folder)
          const run: OpenedRun = { _tag: "Checkpoint", meta: newest.meta }
          return {
            run,
            summary: Summary.ofCheckpoint(id, root, newest.meta, description, isRunning)
          }
        })
        const readRun: Effect.Effect<Read, Error, FileSystem.FileSystem | CheckpointStore> = hasLog
          ? fromLog
          : fromCheckpoints
        return yield* readRun.pipe(
          Effect.catchAll(({ message }) => Effect.succeed(unreadable(hasLog, message))),
          // A log of other hands may hold anything where a text or a number should be.
          Effect.catchAllDefect((defect) =>
            Effect.succeed(unreadable(hasLog, t`it holds what no run writes: ${String(defect)}`))
          )
        )
      })

    /** Looks at a run, and reads it if its files have changed. */
    const look = (id: string, folder: string) =>
      Effect.gen(function* () {
        const isRunning = yield* RunLog.isRunning(folder)
        const sweep = sweepOf(id)
        const stamp = stampOf(folder, isRunning, sweep)
        const known = runs.get(id)
        const kept = opened.get(id)
        if (known?.stamp === stamp && kept?.stamp === stamp) return [known, kept.run] as const
        const { run, summary: own } = yield* read(id, folder, isRunning, kept?.run ?? null)
        const summary = { ...own, sweep }
        opened.set(id, { stamp, run }, weightOf(run))
        if (known?.stamp === stamp) return [known, run] as const
        const next: KnownRun = { id, folder, summary, stamp, version: ++version }
        runs.set(id, next)
        return [next, run] as const
      })

    const lookAgain = (id: string, folder: string) =>
      Effect.gen(function* () {
        const known = runs.get(id)
        const isSame =
          known !== undefined &&
          known.stamp === stampOf(folder, yield* RunLog.isRunning(folder), sweepOf(id))
        if (!isSame) yield* look(id, folder)
      })

    const refreshSome = Effect.fn("RunIndex.refreshSome")(function* (ids: ReadonlyArray<string>) {
      for (const id of ids) {
        const known = runs.get(id)
        if (known !== undefined) yield* lookAgain(id, known.folder)
      }
    })

    const refreshAll = Effect.gen(function* () {
      const pause = paced()
      const found = yield* Effect.mapError(RunLog.find(root), failed)
      isTruncated = found.runs.length > mostRuns
      const byId = (folder: string) => [idOf(root, folder), folder] as const
      const folders = new Map(found.runs.slice(0, mostRuns).map(byId))
      sweeps = new Map(found.sweeps.map(byId))
      for (const id of runs.keys()) {
        if (folders.has(id)) continue
        runs.delete(id)
        opened.delete(id)
        version++
      }
      const isKnown = ([id]: readonly [string, string]) => runs.has(id)
      const [known, others] = [
        [...folders].filter(isKnown),
        [...folders].filter((one) => !isKnown(one))
      ]
      const newest = others
        .map((one) => [changedAt(one[1]), one] as const)
        .sort(([a], [b]) => b - a)
        .map(([, one]) => one)
      unread = newest.length
      yield* Deferred.succeed(isFound, undefined)
      yield* Effect.forEach(
        [...known, ...newest],
        ([id, folder]) => {
          const isNew = !runs.has(id)
          return Effect.zipRight(pause, lookAgain(id, folder)).pipe(
            Effect.tap(() => Effect.sync(() => (unread -= isNew ? 1 : 0)))
          )
        },
        { concurrency: 4, discard: true }
      )
      lookedAt = yield* Clock.currentTimeMillis
    }).pipe(Effect.withSpan("RunIndex.refreshAll"))

    const all = Effect.gen(function* () {
      if ((yield* Clock.currentTimeMillis) - lookedAt > fresh) yield* refreshAll
      return [...runs.values()]
    }).pipe(oneAtATime)

    const soon = Effect.gen(function* () {
      const reading = yield* Effect.forkIn(all, scope)
      const moment = Effect.zipRight(Deferred.await(isFound), Effect.sleep(patience))
      yield* Effect.raceFirst(Fiber.join(reading), moment)
      return [...runs.values()]
    })

    const open = Effect.fn("RunIndex.open")(function* (id: string) {
      // A run that is not known yet may have been started since.
      if (!runs.has(id)) yield* all
      const known = runs.get(id)
      if (known === undefined) {
        return yield* new ApiFailure({ reason: "NotFound", detail: t`there is no run ${id}` })
      }
      return yield* look(id, known.folder)
    })

    const provided = <A, E>(
      effect: Effect.Effect<A, E, FileSystem.FileSystem | CheckpointStore>
    ): Effect.Effect<A, E> => Effect.provide(effect, services)

    return {
      root,
      sweeps: () => sweeps,
      isTruncated: () => isTruncated,
      all: provided(all),
      soon: provided(soon),
      unread: () => unread,
      known: () => ({ runs, version }),
      refresh: (ids) => provided(refreshSome(ids)),
      open: (id) => provided(open(id))
    } satisfies RunIndex
  })
