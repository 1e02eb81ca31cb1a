import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { open as openFile, readdir } from "node:fs/promises"
import * as path from "node:path"
import {
  descriptionFile,
  isCheckpoint,
  logFile,
  sweepFile,
  ticketsFile
} from "../checkpointing/FileNames.js"
import type { ParentRun } from "../events/Event.js"
import * as AtomicFile from "../io/AtomicFile.js"
import * as FolderLock from "../io/FolderLock.js"
import * as Canonical from "./Canonical.js"
import {
  decode,
  numberOf,
  version,
  type Description,
  type EventLine,
  type Environment,
  type Line,
  type LogOpened,
  type Step,
  type System
} from "./Line.js"
import { RunLogError } from "./RunLogError.js"
import { bucketSize } from "./Thin.js"

export { RunLogError }
export type * from "./Line.js"
export { metricNames, series, type MetricName, type Series } from "./Series.js"

/** The training steps as columns: a row a step, in order. NaN where a value is missing. */
export interface StepColumns {
  readonly global_step: Float64Array
  readonly epoch: Float64Array
  readonly step: Float64Array
  /** Milliseconds since 1970. */
  readonly time: Float64Array
  readonly loss: Float64Array
  readonly learning_rate: Float64Array
  readonly gradient_norm: Float64Array
  readonly examples: Float64Array
  readonly data_wait_ms: Float64Array
  readonly step_ms: Float64Array
  /** The longest of the steps that a row stands for. */
  readonly data_wait_ms_max: Float64Array
  readonly step_ms_max: Float64Array
}

/**
 * How a run is: a living process has its folder; or it has finished, was interrupted, or just ended:
 * killed, or by an error.
 */
export type Status = "running" | "finished" | "interrupted" | "stopped"

/** What the log of a run says. */
export interface RunRecord {
  readonly folder: string
  readonly run: Description & { readonly id: string; readonly parent: ParentRun | null }
  readonly pipeline: string | null
  readonly config: Readonly<Record<string, unknown>>
  readonly environment: Environment
  readonly backend: string | null
  /** Each process that trained the run, in order. */
  readonly opened: ReadonlyArray<LogOpened>
  readonly status: Status
  /** What the last process said as it began; null: nothing yet. */
  readonly started: EventLine<"RunStarted"> | null
  readonly steps: StepColumns
  readonly epochs: ReadonlyArray<EventLine<"EpochFinished">>
  readonly validations: ReadonlyArray<EventLine<"Validated">>
  readonly saves: ReadonlyArray<EventLine<"CheckpointSaved">>
  readonly warnings: ReadonlyArray<EventLine<"Notice">>
  readonly details: ReadonlyArray<EventLine<"MetricDetail">>
  readonly evaluated: ReadonlyArray<EventLine<"Evaluated">>
  readonly system: ReadonlyArray<System>
  readonly stageTimes: ReadonlyArray<EventLine<"StageTimes">>
  /** Every line but those of steps, in order. */
  readonly lines: ReadonlyArray<Exclude<Line, Step>>
  /** When the first and the last line were written: milliseconds since 1970. */
  readonly startedAt: number
  readonly updatedAt: number
  /** Whether the last line is half-written, as after a kill; it is left out. */
  readonly hasPartialLine: boolean
  /** How many lines cannot be read, and are left out. */
  readonly damaged: number
  /** How many steps a bucket of thinned steps has; 1: every step is there. */
  readonly bucketSize: number
}

/** The log of a run, read. */
export interface RunLog extends RunRecord {
  /** How far the file is read: for `follow`. */
  readonly cursor: Cursor
}

/** How far a file is read. */
interface Cursor {
  readonly bytes: number
  readonly inode: number
  readonly lines: Canonical.Canonical
}

/** Reads the log of the run in `folder`. */
export const read = (folder: string): Effect.Effect<RunLog, RunLogError, FileSystem.FileSystem> =>
  Effect.flatMap(readFrom(folder, null), (chunk) => built(folder, chunk, Canonical.empty, 0))

/** What has become of a log since it was read. */
export interface Followed {
  readonly log: RunLog
  /** Whether lines were taken back or rewritten; else they were only appended. */
  readonly isRewritten: boolean
  /** The lines that are new; all of them where it was rewritten. */
  readonly added: ReadonlyArray<Line>
}

/** Reads what was appended to a log since; the same log where nothing was. */
export const follow = (log: RunLog): Effect.Effect<Followed, RunLogError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const chunk = yield* readFrom(log.folder, log.cursor)
    const goesBack = chunk.lines.some(({ event }) => event === "LogOpened" || event === "WentBack")
    const before = chunk.isWhole ? Canonical.empty : log.cursor.lines
    const next =
      chunk.lines.length === 0 && !chunk.isWhole
        ? {
            ...log,
            hasPartialLine: chunk.hasPartialLine,
            ...(yield* changing(log.folder, log.lines))
          }
        : yield* built(log.folder, chunk, before, chunk.isWhole ? 0 : log.damaged)
    return {
      log: next,
      isRewritten: chunk.isWhole || goesBack,
      added: chunk.lines
    }
  })

/** Folders of runs, which have a log or checkpoints, and of sweeps. */
export interface FoundFolders {
  readonly runs: ReadonlyArray<string>
  readonly sweeps: ReadonlyArray<string>
}

/** The folders of runs and of sweeps below `root`, itself included. */
export const find = (root: string): Effect.Effect<FoundFolders, RunLogError> =>
  Effect.gen(function* () {
    const runs: Array<string> = []
    const sweeps: Array<string> = []
    const visit = (folder: string, depth: number): Effect.Effect<void, RunLogError> =>
      Effect.gen(function* () {
        const entries = yield* Effect.tryPromise({
          try: () => readdir(folder, { withFileTypes: true }),
          catch: (cause) => failure(folder, cause)
        })
        const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
        if (files.includes(logFile) || files.some(isCheckpoint)) runs.push(folder)
        // A user's own file may have the name of the definition: what is recorded tells them apart.
        if (files.includes(sweepFile) && files.includes(ticketsFile)) sweeps.push(folder)
        if (depth === deepest) return
        yield* Effect.forEach(
          entries.filter(
            (entry) =>
              entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules"
          ),
          // One that cannot be read has nothing to show.
          ({ name }) => Effect.ignore(visit(path.join(folder, name), depth + 1)),
          { concurrency: 8, discard: true }
        )
      })
    yield* visit(root, 0)
    return { runs: runs.sort(), sweeps: sweeps.sort() }
  })

/** How many folders deep runs are looked for. */
const deepest = 8

/** Gives a run a name, tags or notes, whether it trains or not; what is left out stays. */
export const describe = (folder: string, changes: Partial<Description>) =>
  Effect.gen(function* () {
    const before = yield* descriptionOf(folder)
    const next = { name: null, tags: [], notes: null, ...before, ...changes }
    yield* AtomicFile.writeFile(
      path.join(folder, descriptionFile),
      `${JSON.stringify(next, null, 2)}\n`
    )
  })

const DescriptionFile = Schema.parseJson(
  Schema.Struct({
    name: Schema.NullOr(Schema.String),
    tags: Schema.Array(Schema.String),
    notes: Schema.NullOr(Schema.String)
  })
)

/** What people call the run in a folder; null: nobody has said. */
export const descriptionOf = (
  folder: string
): Effect.Effect<Description | null, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readFileString(path.join(folder, descriptionFile))),
    Effect.flatMap(Schema.decode(DescriptionFile)),
    Effect.orElseSucceed(() => null)
  )

/** Whether a living process has the folder of a run. */
export const isRunning = (folder: string): Effect.Effect<boolean, never, FileSystem.FileSystem> =>
  Effect.map(FolderLock.holderOf(folder), Option.isSome)

interface Chunk {
  readonly lines: ReadonlyArray<Line>
  readonly damaged: number
  readonly hasPartialLine: boolean
  /** Whether the file is read from its start. */
  readonly isWhole: boolean
  readonly bytes: number
  readonly inode: number
}

const failure = (file: string, cause: unknown) =>
  new RunLogError({
    reason: (cause as { code?: unknown }).code === "ENOENT" ? "NotFound" : "Unreadable",
    path: file,
    detail: cause instanceof Error ? cause.message : String(cause)
  })

/** The lines that were appended since, or all where the file is another. */
const readFrom = (folder: string, cursor: Cursor | null) => {
  const file = path.join(folder, logFile)
  return Effect.tryPromise({
    try: async (): Promise<Chunk> => {
      const opened = await openFile(file)
      try {
        const { ino, size } = await opened.stat()
        const isWhole = cursor === null || cursor.inode !== ino || size < cursor.bytes
        const from = isWhole ? 0 : cursor.bytes
        const bytes = Buffer.allocUnsafe(size - from)
        const { bytesRead } = await opened.read(bytes, 0, bytes.length, from)
        const end = bytes.subarray(0, bytesRead).lastIndexOf(10) + 1
        const texts = bytes.toString("utf8", 0, end).split("\n")
        const decoded = texts.filter((text) => text !== "").map(decode)
        const lines = decoded.filter((line) => line !== null)
        return {
          lines,
          damaged: decoded.length - lines.length,
          hasPartialLine: end < bytesRead,
          isWhole,
          bytes: from + end,
          inode: ino
        }
      } finally {
        await opened.close()
      }
    },
    catch: (cause) => failure(file, cause)
  })
}

/** What is not in the log's file. */
const changing = (folder: string, lines: RunLog["lines"]) =>
  Effect.gen(function* () {
    const isAlive = yield* isRunning(folder)
    const last = lines.findLast(({ event }) => ends.has(event) || event === "LogOpened")?.event
    const status: Status = isAlive
      ? "running"
      : last === "RunFinished" || last === "AlreadyFinished"
        ? "finished"
        : last === "Interrupted"
          ? "interrupted"
          : "stopped"
    return { status, run: { ...runOf(lines), ...(yield* descriptionOf(folder)) } }
  })

const ends = new Set(["RunFinished", "AlreadyFinished", "Interrupted"])

const runOf = (lines: RunLog["lines"]): RunLog["run"] => {
  const opened = lines.filter((line): line is LogOpened => line.event === "LogOpened")
  const { run } = opened[opened.length - 1]!
  // Each process has said what it was given.
  const last = <A>(of: (run: LogOpened["run"]) => A | null) =>
    opened.map(({ run }) => of(run)).findLast((one) => one !== null) ?? null
  return {
    id: run.id,
    name: last(({ name }) => name),
    tags: last(({ tags }) => (tags.length > 0 ? tags : null)) ?? [],
    notes: last(({ notes }) => notes),
    parent: opened.find(({ run }) => run.parent !== null)?.run.parent ?? null
  }
}

const built = (folder: string, chunk: Chunk, before: Canonical.Canonical, damagedBefore: number) =>
  Effect.gen(function* () {
    const lines = Canonical.append(before, chunk.lines)
    const record = yield* recordOf(folder, {
      lines: lines.others,
      steps: columnsOf(lines.steps),
      hasPartialLine: chunk.hasPartialLine,
      damaged: damagedBefore + chunk.damaged
    })
    const log: RunLog = {
      ...record,
      cursor: { bytes: chunk.bytes, inode: chunk.inode, lines }
    }
    return log
  })

/** What lines say; `lines` are all but those of steps, and need not be in order between kinds. */
export const recordOf = (
  folder: string,
  parts: Pick<RunRecord, "lines" | "steps" | "hasPartialLine" | "damaged">
) =>
  Effect.gen(function* () {
    const { damaged, hasPartialLine, lines, steps } = parts
    const of = <L extends Exclude<Line, Step>["event"]>(event: L) =>
      lines.filter((line): line is Extract<typeof line, { event: L }> => line.event === event)
    const opened = of("LogOpened")
    const file = path.join(folder, logFile)
    const first = opened[0]
    const last = opened[opened.length - 1]
    if (first === undefined || last === undefined) {
      return yield* new RunLogError({ reason: "NotALog", path: file, detail: "" })
    }
    const newest = Math.max(...opened.map((line) => line.version))
    if (newest > version) {
      return yield* new RunLogError({ reason: "NewerVersion", path: file, detail: String(newest) })
    }
    const times = [...steps.time.slice(-1), ...lines.map(({ time }) => Date.parse(time))]
    const record: RunRecord = {
      folder,
      ...(yield* changing(folder, lines)),
      pipeline: last.pipeline,
      config: last.config,
      environment: last.environment,
      backend: last.backend,
      opened,
      started: of("RunStarted").at(-1) ?? null,
      steps,
      epochs: of("EpochFinished").sort((a, b) => a.record.epoch - b.record.epoch),
      validations: of("Validated"),
      saves: of("CheckpointSaved"),
      warnings: of("Notice").filter(({ level }) => level === "warning"),
      details: of("MetricDetail"),
      evaluated: of("Evaluated"),
      system: of("System"),
      stageTimes: of("StageTimes"),
      lines,
      startedAt: Date.parse(first.time),
      updatedAt: times.reduce((a, b) => Math.max(a, b), 0),
      hasPartialLine,
      damaged,
      bucketSize: bucketSize(steps.global_step.at(-1) ?? 0)
    }
    return record
  })

const columnsOf = (steps: ReadonlyArray<Step>): StepColumns => {
  const column = (of: (step: Step) => unknown) =>
    Float64Array.from(steps, (step) => numberOf(of(step)))
  return {
    global_step: column((step) => step.global_step),
    epoch: column((step) => step.epoch),
    step: column((step) => step.step),
    time: column((step) => Date.parse(step.time)),
    loss: column((step) => step.loss),
    learning_rate: column((step) => step.learning_rate),
    gradient_norm: column((step) => step.gradient_norm),
    examples: column((step) => step.examples),
    data_wait_ms: column((step) => step.data_wait_ms),
    step_ms: column((step) => step.step_ms),
    data_wait_ms_max: column((step) => step.data_wait_ms_max ?? step.data_wait_ms),
    step_ms_max: column((step) => step.step_ms_max ?? step.step_ms)
  }
}
