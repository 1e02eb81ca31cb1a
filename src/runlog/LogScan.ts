import * as Canonical from "./Canonical.js"
import { decode, numberOf, type EventLine, type Line, type Step, type System } from "./Line.js"
import { Places } from "./Places.js"

/** A line that is decoded as a log is opened: one of the few that say how the run is. */
export type OpenedLine = Exclude<Line, Step | System | EventLine<"MetricDetail">>

/** Where a line is, and the step that it follows. */
export interface Place {
  readonly globalStep: number
  readonly offset: number
  readonly length: number
  /** Of details: what is shown, which a later line replaces. */
  readonly key: string
}

/** What is known of a log that was scanned. */
export interface Scanned {
  /** The lines of those kinds that are decoded, in order. */
  readonly lines: ReadonlyArray<OpenedLine>
  readonly places: {
    readonly Step: Places
    readonly System: Places
    readonly MetricDetail: ReadonlyArray<Place>
  }
  /** Some 40 to 80 losses, at steps evenly spaced. */
  readonly spark: ReadonlyArray<number>
  /** Seconds that processes have written to it, but for the last. */
  readonly secondsBefore: number
  /** When the last line was written, in milliseconds since 1970. */
  readonly updatedAt: number
  /** How many lines cannot be read, and are left out. */
  readonly damaged: number
}

/** So many losses, or up to twice as many, are drawn of a run in a list. */
const sparkPoints = 40

/**
 * A log as it is being scanned, line by line: decodes the few that say how the run is, and keeps where the
 * many are. `before`: what is known of the lines before.
 */
export class LogScan {
  lines: ReadonlyArray<OpenedLine>
  readonly steps: Places
  readonly systems: Places
  details: Array<Place>
  spark: Array<number>
  sparkEvery: number
  secondsBefore: number
  openedAt = NaN
  updatedAt: number
  damaged: number
  /** Lines that are decoded, and not yet among `lines`. */
  #added: Array<OpenedLine> = []

  constructor(before: Scanned | null) {
    this.lines = before?.lines ?? []
    this.steps = before?.places.Step.fork() ?? new Places()
    this.systems = before?.places.System.fork() ?? new Places()
    this.details = [...(before?.places.MetricDetail ?? [])]
    this.spark = [...(before?.spark ?? [])]
    this.sparkEvery = 1
    while (this.spark.length > 0 && this.steps.count / this.sparkEvery > 2 * sparkPoints) {
      this.sparkEvery *= 2
    }
    this.secondsBefore = before?.secondsBefore ?? 0
    this.updatedAt = before?.updatedAt ?? NaN
    this.damaged = before?.damaged ?? 0
    const last = this.lines.findLast(({ event }) => event === "LogOpened")
    if (last !== undefined) this.openedAt = Date.parse(last.time)
  }

  /** Takes the line in `bytes` from `at` to `end`, which is at `offset` in the file. */
  line(bytes: Buffer, at: number, end: number, offset: number, previous: number): void {
    if (end === at) return
    const kind = kindAt(bytes, at, end)
    const globalStep = kind === null ? NaN : stepAt(bytes, at, end, kind)
    if (kind === null || Number.isNaN(globalStep)) return this.#decoded(bytes, at, end, previous)
    // A line that is cut off in the middle of the file, where a disk has lost some of it.
    if (bytes[end - 1] !== 0x7d) return void this.damaged++
    if (kind === "Step") {
      if (this.steps.count % this.sparkEvery === 0) this.#sparks(bytes, at, end)
      this.steps.push(globalStep, offset, end - at)
    } else if (kind === "System") this.systems.push(globalStep, offset, end - at)
    else {
      const key = detailKey(bytes.toString("utf8", at, Math.min(end, at + 400)))
      this.details.push({ globalStep, offset, length: end - at, key })
    }
  }

  /** What is known when a part of the file is scanned: `previous` is where its last line begins. */
  settle(bytes: Buffer, previous: number): void {
    if (this.#added.length > 0) {
      this.lines = Canonical.append({ steps: [], others: this.lines }, this.#added)
        .others as ReadonlyArray<OpenedLine>
      this.#added = []
    }
    if (previous >= 0) this.updatedAt = timeOf(bytes.toString("utf8", previous, previous + 200))
  }

  #sparks(bytes: Buffer, at: number, end: number): void {
    const line = decode(bytes.toString("utf8", at, end))
    this.spark.push(line?.event === "Step" ? numberOf(line.loss) : NaN)
    if (this.spark.length <= 2 * sparkPoints) return
    this.spark = this.spark.filter((_, i) => i % 2 === 0)
    this.sparkEvery *= 2
  }

  #decoded(bytes: Buffer, at: number, end: number, previous: number): void {
    const line = decode(bytes.toString("utf8", at, end))
    if (line === null || typeof line.event !== "string") return void this.damaged++
    // Lines of these kinds, written by somebody else: they are read, but nothing draws them.
    if (line.event === "Step" || line.event === "System" || line.event === "MetricDetail") {
      return void this.damaged++
    }
    const back = Canonical.goesBackTo(line)
    if (back !== null) {
      if (line.event === "LogOpened") {
        const until =
          previous < 0 ? this.updatedAt : timeOf(bytes.toString("utf8", previous, previous + 200))
        if (until > this.openedAt) this.secondsBefore += (until - this.openedAt) / 1000
        this.openedAt = Date.parse(line.time)
      }
      const share = this.steps.count
      this.steps.cut(back)
      this.systems.cut(back)
      this.details = this.details.filter(({ globalStep }) => globalStep <= back)
      this.spark.length = Math.ceil((this.spark.length * this.steps.count) / Math.max(1, share))
    }
    this.#added.push(line)
  }
}

// Every line begins with its kind, the time and the step: `{"event":"Step","time":"…","global_step":1,`.
const beforeKind = '{"event":"'.length
const beforeTime = '","time":"'.length
const timeLength = "2026-11-27T21:10:34.000Z".length
const beforeStep = '","global_step":'.length

/** The kind of a line, and where its text ends; null: it does not begin as lines do. */
const kindAt = (
  bytes: Buffer,
  at: number,
  end: number
): "Step" | "System" | "MetricDetail" | null => {
  const from = at + beforeKind
  // By its letters: "Step" is nearly every line.
  if (
    bytes[from] === 0x53 &&
    bytes[from + 1] === 0x74 &&
    bytes[from + 2] === 0x65 &&
    bytes[from + 3] === 0x70 &&
    bytes[from + 4] === 0x22
  ) {
    return "Step"
  }
  if (bytes[from] === 0x53 && bytes[from + 1] === 0x79 && bytes[from + 6] === 0x22) return "System"
  return bytes[from] === 0x4d &&
    end - from > 20 &&
    bytes.toString("latin1", from, from + 13) === 'MetricDetail"'
    ? "MetricDetail"
    : null
}

/** The step that a line of a kind says; NaN where it does not begin as lines do. */
const stepAt = (bytes: Buffer, at: number, end: number, kind: string): number => {
  let i = at + beforeKind + kind.length + beforeTime + timeLength + beforeStep
  if (i >= end || bytes[i - 1] !== 0x3a) return NaN
  let value = 0
  const from = i
  for (; i < end; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return i === from ? NaN : value
}

const timeOf = (text: string): number =>
  Date.parse(/"time":"([^"]{1,40})"/.exec(text.slice(0, 200))?.[1] ?? "")

/** What of a detail a later line replaces. */
const detailKey = (text: string): string =>
  /"phase":"([^"]*)"/.exec(text)?.[1] + " " + /"metric":"([^"]*)"/.exec(text)?.[1]
