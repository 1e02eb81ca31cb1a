import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { open as openFile, stat, type FileHandle } from "node:fs/promises"
import * as path from "node:path"
import { t } from "../language/Text.js"
import { logFile } from "../checkpointing/FileNames.js"
import * as Canonical from "./Canonical.js"
import { decode, type EventLine, type Step, type System } from "./Line.js"
import { LogScan, type Scanned } from "./LogScan.js"
import type { Places } from "./Places.js"
import { recordOf, type RunRecord, type StepColumns } from "./RunLog.js"
import { RunLogError } from "./RunLogError.js"
import * as StepLines from "./StepLines.js"

/**
 * The log of a run, opened: what its few lines say, and where the many are, those of steps, of the
 * system, and details. To open one takes a tenth of the time that reading it takes, and a hundredth of
 * the memory: a page lists many runs, and draws some of them.
 */
export interface LogFile extends Scanned {
  readonly folder: string
  /** The last of the steps. */
  readonly lastSteps: ReadonlyArray<Step>
  readonly hasPartialLine: boolean
  /** How far it is read, and which file it is. */
  readonly bytes: number
  readonly inode: number
}

/** How much is read at once, and the longest line. */
const chunkSize = 1 << 23
const longestLine = 1 << 26
/** So many of the last steps say how fast the run is. */
const lastCount = 50
/** So many step lines are read as they are; a longer log is not thinned by who wrote it. */
const mostSteps = 50_000

const failure = (file: string, cause: unknown) =>
  new RunLogError({
    reason: (cause as { code?: unknown }).code === "ENOENT" ? "NotFound" : "Unreadable",
    path: file,
    detail: cause instanceof Error ? cause.message : String(cause)
  })

const withFile = <A>(folder: string, use: (file: FileHandle) => Promise<A>) => {
  const file = path.join(folder, logFile)
  return Effect.tryPromise({
    try: async () => {
      // Opening a named pipe waits until somebody writes to it.
      if (!(await stat(file)).isFile()) throw new Error(t`it is not a regular file`)
      const opened = await openFile(file)
      try {
        return await use(opened)
      } finally {
        await opened.close()
      }
    },
    catch: (cause) => failure(file, cause)
  })
}

/** Opens the log of the run in `folder`; `before`: reads only what was appended since. */
export const open = (
  folder: string,
  before: LogFile | null = null
): Effect.Effect<LogFile, RunLogError> =>
  withFile(folder, async (file) => {
    const { ino, size } = await file.stat()
    const known = before === null || before.inode !== ino || size < before.bytes ? null : before
    if (known !== null && known.bytes === size) return known
    const scan = new LogScan(known)
    const { bytes, hasPartialLine } = await (
      size - (known?.bytes ?? 0) > 65_536 ? withChunk : withSmall
    )((chunk) => scanned(file, scan, known?.bytes ?? 0, size, chunk))
    return {
      folder,
      lines: scan.lines,
      places: { Step: scan.steps, System: scan.systems, MetricDetail: scan.details },
      lastSteps: await decoded(file, scan.steps, Math.max(0, scan.steps.count - lastCount)),
      spark: scan.spark,
      secondsBefore: scan.secondsBefore,
      updatedAt: scan.updatedAt,
      hasPartialLine,
      damaged: scan.damaged,
      bytes,
      inode: ino
    }
  })

/** A buffer that the next one to read a chunk may use: large ones are slow to get, and to collect. */
let spare: Buffer | null = null

/** Reads with a buffer of the size of a chunk. */
const withChunk = async <A>(use: (buffer: Buffer) => Promise<A>): Promise<A> => {
  const buffer = spare ?? Buffer.allocUnsafe(chunkSize)
  spare = null
  try {
    return await use(buffer)
  } finally {
    spare = buffer
  }
}

/** Reads with a buffer for the little that a run appends. */
const withSmall = <A>(use: (buffer: Buffer) => Promise<A>): Promise<A> =>
  use(Buffer.allocUnsafe(1 << 16))

/** Scans the file from a byte to its end, in parts; gives where its last complete line ends. */
const scanned = async (
  file: FileHandle,
  scan: LogScan,
  from: number,
  size: number,
  chunk: Buffer
) => {
  let buffer = chunk
  /** Where the buffer's first byte is in the file, and how much of it is filled. */
  let [base, filled] = [from, 0]
  for (;;) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, base + filled)
    filled += bytesRead
    let [at, previous] = [0, -1]
    for (;;) {
      const end = buffer.indexOf(10, at)
      if (end < 0 || end >= filled) break
      scan.line(buffer, at, end, base + at, previous)
      previous = at
      at = end + 1
    }
    scan.settle(buffer, previous)
    if (bytesRead === 0 || base + filled >= size) {
      return { bytes: base + at, hasPartialLine: at < filled }
    }
    buffer.copy(buffer, 0, at, filled)
    base += at
    filled -= at
    if (filled < buffer.length) continue
    if (buffer.length >= longestLine) {
      // No line of a run is that long: it is left out, from here to where the next begins.
      scan.damaged++
      base += filled
      filled = 0
      continue
    }
    const wider = Buffer.allocUnsafe(buffer.length * 2)
    buffer.copy(wider, 0, 0, filled)
    buffer = wider
  }
}

/** The part of the file that has the lines at the places from `from` up to `to`. */
const bytesOf = async (
  file: FileHandle,
  places: Places,
  from: number,
  to: number,
  chunk: Buffer | null = null
) => {
  const base = places.offset[from]!
  const length = places.offset[to - 1]! + places.length[to - 1]! - base
  const bytes = chunk !== null && chunk.length >= length ? chunk : Buffer.allocUnsafe(length)
  const { bytesRead } = await file.read(bytes, 0, length, base)
  return { base, bytes: bytes.subarray(0, bytesRead) }
}

/** The lines at the places from `from` up to `to`; those that cannot be decoded are left out. */
const decoded = async <L extends Step | System>(
  file: FileHandle,
  places: Places,
  from: number,
  to = places.count
): Promise<ReadonlyArray<L>> => {
  if (to <= from) return []
  const { base, bytes } = await bytesOf(file, places, from, to)
  const texts: Array<string> = []
  for (let i = from; i < to; i++) {
    const at = places.offset[i]! - base
    if (at + places.length[i]! > bytes.length) break
    texts.push(bytes.toString("utf8", at, at + places.length[i]!))
  }
  try {
    return JSON.parse(`[${texts.join(",")}]`) as ReadonlyArray<L>
  } catch {
    return texts.map(decode).filter((line) => line !== null) as unknown as ReadonlyArray<L>
  }
}

/** Groups of places that lie close together: the most lines and bytes that are read at once. */
const groupsOf = (places: Places, from: number): ReadonlyArray<readonly [number, number]> => {
  const groups: Array<readonly [number, number]> = []
  let start = from
  for (let i = from + 1; i <= places.count; i++) {
    const isFull =
      i === places.count ||
      i - start >= 4096 ||
      places.offset[i]! + places.length[i]! - places.offset[start]! > chunkSize
    if (!isFull) continue
    groups.push([start, i])
    start = i
  }
  return groups
}

/** The columns of the steps of a log, and how far they go: to read only what is new the next time. */
export interface ReadSteps {
  readonly columns: StepColumns
  readonly inode: number
  readonly count: number
  readonly lastOffset: number
}

const isAscending = ({ count, globalStep }: Places): boolean => {
  for (let i = 1; i < count; i++) if (globalStep[i]! <= globalStep[i - 1]!) return false
  return true
}

/** The steps of an opened log; `before`: what was read of it earlier. */
export const readSteps = (
  { folder, inode, places: { Step: places } }: LogFile,
  before: ReadSteps | null = null
): Effect.Effect<ReadSteps, RunLogError> =>
  withFile(folder, async (file) => {
    const read = (columns: StepColumns): ReadSteps => ({
      columns,
      inode,
      count: places.count,
      lastOffset: places.offset[places.count - 1] ?? -1
    })
    if (places.count <= mostSteps && isAscending(places)) {
      const isKnown =
        before !== null &&
        before.inode === inode &&
        before.count <= places.count &&
        before.count > 0 &&
        places.offset[before.count - 1] === before.lastOffset
      const columns = isKnown
        ? StepLines.resized(before.columns, places.count)
        : StepLines.empty(places.count)
      const reader = new StepLines.StepReader(columns)
      let row = isKnown ? before.columns.global_step.length : 0
      await withChunk(async (chunk) => {
        for (const [from, to] of groupsOf(places, isKnown ? before.count : 0)) {
          const { base, bytes } = await bytesOf(file, places, from, to, chunk)
          for (let i = from; i < to; i++) {
            const at = places.offset[i]! - base
            const end = at + places.length[i]!
            if (end <= bytes.length && reader.read(row, bytes, at, end)) row++
          }
        }
      })
      return read(row === places.count ? columns : StepLines.resized(columns, row))
    }
    let lines = Canonical.empty
    for (const [from, to] of groupsOf(places, 0)) {
      lines = Canonical.append(lines, await decoded<Step>(file, places, from, to))
    }
    const columns = StepLines.empty(lines.steps.length)
    for (const [row, line] of lines.steps.entries()) StepLines.fill(columns, row, line)
    return read(columns)
  })

/** The lines of the system of an opened log: at most `most`, evenly spaced. */
export const readSystem = (
  { folder, places: { System: places } }: LogFile,
  most = 4000
): Effect.Effect<ReadonlyArray<System>, RunLogError> =>
  withFile(folder, async (file) => {
    const every = Math.max(1, Math.ceil(places.count / most))
    const lines: Array<System> = []
    for (const [from, to] of groupsOf(places, 0)) {
      const group = await decoded<System>(file, places, from, to)
      lines.push(...(every === 1 ? group : group.filter((_, i) => (from + i) % every === 0)))
    }
    return lines
  })

/** The last line of the system of an opened log. */
export const lastSystem = ({
  folder,
  places: { System: places }
}: LogFile): Effect.Effect<ReadonlyArray<System>, RunLogError> =>
  withFile(folder, (file) => decoded<System>(file, places, Math.max(0, places.count - 1)))

/** The last detail of each kind of an opened log. */
export const readDetails = ({
  folder,
  places: { MetricDetail: places }
}: LogFile): Effect.Effect<ReadonlyArray<EventLine<"MetricDetail">>, RunLogError> =>
  withFile(folder, async (file) => {
    const lines: Array<EventLine<"MetricDetail">> = []
    for (const { length, offset } of new Map(places.map((one) => [one.key, one])).values()) {
      const bytes = Buffer.allocUnsafe(length)
      await file.read(bytes, 0, length, offset)
      const line = decode(bytes.toString("utf8"))
      if (line?.event === "MetricDetail") lines.push(line)
    }
    return lines
  })

/** What an opened log says, with the last of its steps alone. */
export const toRecord = ({
  damaged,
  folder,
  hasPartialLine,
  lastSteps,
  lines
}: LogFile): Effect.Effect<RunRecord, RunLogError, FileSystem> => {
  const steps = StepLines.empty(lastSteps.length)
  for (const [row, line] of lastSteps.entries()) StepLines.fill(steps, row, line)
  return recordOf(folder, { lines, steps, hasPartialLine, damaged })
}
