import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { stringify } from "../../events/JsonLines.js"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as RunLog from "../../runlog/RunLog.js"
import { Output } from "../../terminal/Output.js"
import { backlogOf } from "../../tracking/Backlog.js"
import { settingsOf } from "../../tracking/Points.js"
import * as EventFile from "../../tracking/tensorboard/EventFile.js"
import * as EventWriter from "../../tracking/tensorboard/EventWriter.js"
import * as HParams from "../../tracking/tensorboard/HParams.js"
import * as Records from "../../tracking/tensorboard/Records.js"
import { UsageError } from "../UsageError.js"

/** The command line of `holdfast export-metrics`, as parsed. */
export interface Options {
  readonly run: string
  readonly steps: boolean
  readonly output: Option.Option<string>
  readonly tensorboard: Option.Option<string>
  readonly force: boolean
  readonly json: boolean
}

/** A line of a table: numbers and texts by column. */
type Row = Readonly<Record<string, number | string>>

/** Writes the metrics of a run where the command line says. */
export const run = Effect.fn("ExportMetrics.run")(function* (options: Options) {
  if (Option.isSome(options.tensorboard)) {
    if (options.steps || options.json || Option.isSome(options.output)) {
      return yield* invalid(t`--tensorboard goes without --steps, --json and -o`)
    }
    return yield* toTensorBoard(options.run, options.tensorboard.value)
  }
  const log = yield* RunLog.read(options.run)
  const rows = options.steps ? stepRows(log) : epochRows(log)
  const text = options.json ? `${stringify(rows)}\n` : csv(rows)
  const { out } = yield* Output
  if (Option.isNone(options.output)) return yield* out(text)
  const file = options.output.value
  const fs = yield* FileSystem.FileSystem
  if (!options.force && (yield* fs.exists(file))) {
    return yield* invalid(t`${file} exists; name another file with -o, or replace it with --force`)
  }
  yield* AtomicFile.writeFile(file, text)
  yield* out(`${t`wrote ${rows.length} lines to ${Printable.value(file)}`}\n`)
})

const invalid = (found: string) =>
  new UsageError({
    reason: "Invalid",
    found,
    nearest: null,
    help: "holdfast export-metrics --help"
  })

/** A row for each epoch, with the metrics of its record. */
export const epochRows = (log: Pick<RunLog.RunLog, "epochs">): ReadonlyArray<Row> =>
  log.epochs.map(({ global_step, record, time }) => {
    const { epoch, ...metrics } = record
    return { epoch, global_step, time, ...metrics }
  })

/** A row for each step that the log has; a cell without a value is left out. */
export const stepRows = ({ steps }: Pick<RunLog.RunLog, "steps">): ReadonlyArray<Row> =>
  Array.from(steps.global_step, (global_step, i) => {
    const { epoch, examples, gradient_norm, learning_rate, loss, step, step_ms } = steps
    return {
      global_step,
      epoch: epoch[i]!,
      step: step[i]!,
      time: new Date(steps.time[i]!).toISOString(),
      loss: loss[i]!,
      learning_rate: learning_rate[i]!,
      ...(!Number.isNaN(gradient_norm[i]!) && { gradient_norm: gradient_norm[i]! }),
      examples: examples[i]!,
      data_wait_ms: steps.data_wait_ms[i]!,
      step_ms: step_ms[i]!
    }
  })

/**
 * Comma-separated values (RFC 4180, but lines end with a line feed): a column for each name that any row
 * has, in the order in which they come first.
 */
export const csv = (rows: ReadonlyArray<Row>): string => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const line = (cells: ReadonlyArray<string>) => `${cells.map(quoted).join(",")}\n`
  return [
    line(columns),
    ...rows.map((row) => line(columns.map((column) => String(row[column] ?? ""))))
  ].join("")
}

const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

/** Writes the log of a run as an event file into `folder`. */
const toTensorBoard = (from: string, folder: string) =>
  Effect.gen(function* () {
    const log = yield* RunLog.read(from)
    if ((yield* EventWriter.filesIn(folder)).length > 0) {
      return yield* invalid(t`${folder} has event files already; name another folder`)
    }
    const begin = log.startedAt / 1000
    const started = Records.record(0, begin, [HParams.started(settingsOf(log.config), begin)])!
    const start = { wallTime: begin, step: 1, what: EventFile.sessionStart }
    const writer = yield* EventWriter.make(folder, [EventFile.encode(start), started])
    const records = Records.make({ step_interval: 1, images: true, has: () => false })
    const backlog = yield* backlogOf(from, Infinity)
    let count = 0
    const add = (record: Uint8Array | null) => {
      if (record === null) return
      writer.add(record)
      count += 1
    }
    for (const { milliseconds, ...step } of backlog.steps) {
      add(records.ofStep(step, milliseconds / 1000))
    }
    for (const { event, milliseconds } of backlog.events) {
      add(records.ofEvent(event, milliseconds / 1000))
    }
    if (log.status === "finished") {
      const end = log.updatedAt / 1000
      add(Records.record(0, end, [HParams.ended("success", end)]))
    }
    yield* writer.sync
    const { out } = yield* Output
    yield* out(
      `${t`wrote ${count} events to ${Printable.value(folder)}; look at them: tensorboard --logdir ${Printable.value(folder)}`}\n`
    )
  }).pipe(Effect.scoped)
