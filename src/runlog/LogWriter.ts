import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { descriptionFile, logFile } from "../checkpointing/FileNames.js"
import { stringify } from "../events/JsonLines.js"
import * as AtomicFile from "../io/AtomicFile.js"
import * as FileStat from "../io/FileStat.js"
import * as Folder from "../io/Folder.js"
import { lockOf } from "../io/folderLock/Acquire.js"
import { scoped } from "../io/OpenFile.js"
import * as Canonical from "./Canonical.js"
import { decode, type EventLine, type Line, type LogOpened, type Step } from "./Line.js"
import { bucketOf, bucketSize, thin } from "./Thin.js"

/** Another process has written to the log: what this one has to say does not belong there any more. */
export class LogTaken extends Data.TaggedError("LogTaken") {}

/**
 * The folder of the run was removed or emptied while it trains. The log waits until the run has made it
 * again: a folder with a log and no lock would look as if another process had taken it over.
 */
export class FolderGone extends Data.TaggedError("FolderGone") {}

/** The log of a run in its folder, which this process writes. One operation at a time. */
export interface LogWriter {
  /** Writes lines behind all others, and makes them durable if asked to. */
  readonly write: (
    lines: ReadonlyArray<Line>,
    durable: boolean
  ) => Effect.Effect<
    void,
    Folder.DanglingLink | PlatformError | LogTaken | FolderGone,
    FileSystem.FileSystem
  >
}

/** What a process begins its part of the log with. */
export interface Opening {
  readonly opened: LogOpened
  /** The epochs that the run has finished by then, for a log that lacks some of them. */
  readonly epochs: ReadonlyArray<EventLine<"EpochFinished">>
}

/** What is known of the file as it was left. */
interface Left {
  readonly inode: string | null
  readonly bytes: number
  /** The steps of the last bucket. */
  readonly bucket: ReadonlyArray<Step>
  readonly last: number
}

/**
 * The log of the run that `opened` opens, in `folder`. The first write rewrites the file: cut back to where
 * the run resumes, without a half-written line, and with the epochs that it lacks. The log of another run
 * is moved to `archive/`.
 */
export const make = (folder: string, { epochs, opened }: Opening): LogWriter => {
  const file = path.join(folder, logFile)
  const { id } = opened.run
  let left: Left | null = null
  // Whether a write has failed, which may have written a part.
  let isUncertain = false
  // Whether a run has locked the folder: one that is only the log's has no lock.
  let wasLocked = false

  const checkFolder = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (yield* fs.exists(lockOf(folder))) wasLocked = true
    // The lock alone is released at the end of the run, whose last lines come after it.
    else if (wasLocked && !(yield* fs.exists(file))) return yield* new FolderGone()
  })

  const rewrite = (lines: ReadonlyArray<Line>, isFirst: boolean) =>
    Effect.gen(function* () {
      yield* checkFolder
      const before = yield* linesOf(file)
      const isOthers = before.some((line) => line.event === "LogOpened" && line.run.id !== id)
      if (isOthers) yield* moveAside(folder, before)
      const present = Canonical.append(Canonical.empty, isOthers ? [] : before)
      const begun = isFirst ? Canonical.fill(Canonical.append(present, [opened]), epochs) : present
      const canonical = Canonical.append(begun, lines)
      yield* Folder.make(folder)
      yield* AtomicFile.writeFile(file, textOf(Canonical.inOrder(canonical)))
      left = yield* leftBy(file, canonical.steps)
      isUncertain = false
    })

  const append = (lines: ReadonlyArray<Line>, durable: boolean, from: Left) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { last, kept, bucket } = thinned(lines, from)
      const bytes = new TextEncoder().encode(textOf(kept))
      const opened = yield* fs.open(file, { flag: "r+" })
      const { bytes: size, inode } = yield* FileStat.stat(file)
      if (inode !== from.inode || (size !== from.bytes && !isUncertain))
        return yield* new LogTaken()
      isUncertain = true
      if (size > from.bytes) yield* opened.truncate(from.bytes)
      yield* opened.seek(from.bytes, "start")
      if (bytes.length > 0) yield* opened.writeAll(bytes)
      if (durable) yield* opened.sync
      isUncertain = false
      left = { inode, bytes: from.bytes + bytes.length, bucket, last }
    }).pipe(scoped, Effect.uninterruptible)

  return {
    write: (lines, durable) =>
      Effect.suspend(() => {
        const from = left
        if (from === null) return rewrite(lines, true)
        const takesBack = lines.some(({ event }) => event === "WentBack")
        const last = lines.findLast(({ event }) => event === "Step")?.global_step ?? from.last
        if (takesBack || bucketSize(last) !== bucketSize(from.last)) return rewrite(lines, false)
        return Effect.catchIf(append(lines, durable, from), isMissing, () =>
          // The folder, or the file, was removed while the run trains.
          rewrite(lines, true)
        )
      }).pipe(
        Effect.catchIf(isMissing, (error) => Effect.zipRight(checkFolder, Effect.fail(error)))
      )
  }
}

const isMissing = (error: { readonly _tag: string }): boolean =>
  error._tag === "SystemError" &&
  (error as PlatformError & { reason: string }).reason === "NotFound"

const orIfMissing =
  <A>(instead: A) =>
  <R>(self: Effect.Effect<A, PlatformError, R>): Effect.Effect<A, PlatformError, R> =>
    Effect.catchIf(self, isMissing, () => Effect.succeed(instead))

/** The lines that are to be written behind a log that ends with a bucket, without steps that no curve needs. */
const thinned = (lines: ReadonlyArray<Line>, { bucket, last }: Left) => {
  const steps = lines.filter((line): line is Step => line.event === "Step")
  const newest = steps[steps.length - 1]?.global_step ?? last
  const size = bucketSize(newest)
  const all = thin([...bucket, ...steps], size)
  const byStep = new Map(all.map((step) => [step.global_step, step]))
  const kept = lines.flatMap((line): ReadonlyArray<Line> => {
    if (line.event !== "Step") return [line]
    const step = byStep.get(line.global_step)
    return step === undefined ? [] : [step]
  })
  const current = bucketOf(newest, size)
  return {
    kept,
    bucket: size === 1 ? [] : all.filter((step) => bucketOf(step.global_step, size) === current),
    last: newest
  }
}

const leftBy = (file: string, steps: ReadonlyArray<Step>) =>
  Effect.map(FileStat.stat(file), ({ bytes, inode }): Left => {
    const last = steps[steps.length - 1]?.global_step ?? 0
    return { inode, bytes, ...thinned(steps, { inode, bytes, bucket: [], last }) }
  })

const linesOf = (file: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readFileString(file)),
    Effect.map((text) =>
      text
        .slice(0, text.lastIndexOf("\n") + 1)
        .split("\n")
        .map(decode)
        .filter((line) => line !== null)
    ),
    orIfMissing<ReadonlyArray<Line>>([])
  )

/** Moves the log of another run aside, of which the folder has no checkpoint: those would have taken it along. */
const moveAside = (folder: string, lines: ReadonlyArray<Line>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const stamp = (lines[lines.length - 1]?.time ?? "").replace(/\.\d+Z$/, "Z").replaceAll(":", "-")
    const archive = path.join(folder, "archive")
    const taken = yield* orIfMissing<ReadonlyArray<string>>([])(fs.readDirectory(archive))
    let name = stamp
    for (let nth = 2; taken.includes(name); nth++) name = `${stamp}-${nth}`
    yield* Folder.make(path.join(archive, name))
    for (const moved of [logFile, descriptionFile]) {
      const target = path.join(archive, name, moved)
      yield* orIfMissing<void>(undefined)(fs.rename(path.join(folder, moved), target))
    }
  })

/** Lines as text; one of a step by hand, since there are many. */
export const textOf = (lines: ReadonlyArray<Line>): string => {
  let text = ""
  for (const line of lines) text += `${line.event === "Step" ? stepText(line) : stringify(line)}\n`
  return text
}

const number = (value: number): string => (Number.isFinite(value) ? `${value}` : `"${value}"`)

const stepText = (step: Step): string => {
  const { data_wait_ms_max: wait, gradient_norm: norm, step_ms_max: time } = step
  return (
    `{"event":"Step","time":"${step.time}","global_step":${step.global_step},"epoch":${step.epoch},"step":${step.step}` +
    `,"loss":${number(step.loss)},"learning_rate":${number(step.learning_rate)}` +
    (norm === undefined ? "" : `,"gradient_norm":${number(norm)}`) +
    `,"examples":${step.examples},"data_wait_ms":${step.data_wait_ms},"step_ms":${step.step_ms}` +
    (wait === undefined ? "" : `,"data_wait_ms_max":${wait}`) +
    (time === undefined ? "" : `,"step_ms_max":${time}`) +
    "}"
  )
}
