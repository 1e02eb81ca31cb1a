import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import { secondsLeft } from "../events/SecondsLeft.js"
import { t } from "../language/Text.js"
import type { Description, Step } from "../runlog/Line.js"
import { numberOf } from "../runlog/Line.js"
import type { LogFile } from "../runlog/LogFile.js"
import type { RunRecord } from "../runlog/RunLog.js"
import type * as Api from "./Api.js"

/** Values of the small curve in the table of runs. */
export const sparkPoints = 40

/** A number as JSON has it. */
export const finite = (value: number): Api.Finite => (Number.isFinite(value) ? value : null)

const finites = (values: Readonly<Record<string, unknown>>): Record<string, Api.Finite> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, finite(numberOf(value))]))

/** What a log of other hands may have in the place of a text. */
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null)

const iso = (milliseconds: number): string | null =>
  Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : null

/** A config by the paths of its fields: the columns of the table of runs. */
export const flattened = (config: unknown): Api.RunSummary["config"] => {
  const flat: Record<string, string | number | boolean | null> = {}
  const visit = (value: unknown, path: string, depth: number) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value) && depth < 10) {
      for (const [name, one] of Object.entries(value)) {
        visit(one, path === "" ? name : `${path}.${name}`, depth + 1)
      }
    } else if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      flat[path] = value as string | number | boolean | null
    } else flat[path] = JSON.stringify(value) ?? null
  }
  visit(config, "", 0)
  return flat
}

/** At most so many of the values, from the first to the last. */
export const evenly = <A>(values: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
  values.length <= most
    ? values
    : Array.from(
        { length: most },
        (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!
      )

const mean = (values: ReadonlyArray<number>): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** What a run's own files say of it: not, whose trial it is. */
export type OwnSummary = Omit<Api.RunSummary, "sweep">

/** How a folder is called where nobody has named the run: by its own name, and by whose it is. */
export const nameOf = (id: string, root: string): string =>
  id === "." ? (root.split(/[/\\]/).findLast((part) => part !== "") ?? id) : id

/** The best epoch, by the metric that the run monitors, as far as the lines of a log say. */
const bestOf = (record: RunRecord): Api.RunSummary["best"] => {
  // A run that has finished may train on, with more epochs.
  const said = record.lines.findLast(
    (line) => line.event === "RunFinished" || line.event === "EpochFinished"
  )
  if (said?.best !== undefined && said.best !== null) {
    const { epoch, metric, value } = said.best
    return { metric, value: finite(numberOf(value)), epoch }
  }
  // A log of an earlier release does not say by which metric.
  const best = record.epochs.findLast((line) => line.is_best)?.record
  if (best === undefined) return null
  const metric =
    "val_loss" in best
      ? "val_loss"
      : (Object.keys(best).find((name) => name.startsWith("val_")) ?? "train_loss")
  return { metric, value: finite(numberOf(best[metric])), epoch: best.epoch }
}

/** What the last steps say of now. */
const latestOf = (last: Step | undefined): Record<string, Api.Finite> => {
  if (last === undefined) return {}
  const { data_wait_ms, gradient_norm, learning_rate, loss, step_ms } = last
  return finites({
    loss,
    learning_rate,
    ...(gradient_norm === undefined ? {} : { gradient_norm }),
    examples_per_second: (1000 * last.examples) / numberOf(step_ms),
    data_wait_ms,
    step_ms
  })
}

/** A run that has a log. `now` in milliseconds since 1970. */
export const ofLog = (
  id: string,
  root: string,
  record: RunRecord,
  file: LogFile,
  now: number
): OwnSummary => {
  const { environment, epochs, opened, run, started, status, validations } = record
  const last = file.lastSteps.at(-1)
  const from = opened.at(-1)?.from ?? null
  const epoch = Math.max(
    epochs.at(-1)?.record.epoch ?? 0,
    from?.epoch ?? 0,
    last === undefined ? 0 : last.epoch - 1
  )
  const steps = started?.steps_per_epoch ?? null
  const step =
    last !== undefined && last.epoch > epoch ? last.step : epoch === from?.epoch ? from.step : 0
  const total = started?.epochs ?? epochs.at(-1)?.epochs ?? null
  const left =
    status !== "running" || total === null || steps === null
      ? null
      : secondsLeft({
          epochs: total,
          finished: epoch,
          steps,
          step,
          secondsPerStep: mean(
            file.lastSteps.map(({ step_ms }) => numberOf(step_ms) / 1000).filter(Number.isFinite)
          ),
          epochSeconds: epochs.map(({ record }) => record.seconds),
          secondsSinceStep: last === undefined ? 0 : Math.max(0, now - Date.parse(last.time)) / 1000
        })
  const openedAt = Date.parse(opened.at(-1)?.time ?? "")
  return {
    id,
    name: textOf(run.name) ?? nameOf(id, root),
    isNamed: textOf(run.name) !== null,
    tags: Array.isArray(run.tags) ? run.tags.map(String) : [],
    notes: textOf(run.notes) ?? "",
    parent: run.parent === null ? null : { ...run.parent, path: String(run.parent.path) },
    status,
    pipeline: textOf(record.pipeline),
    startedAt: iso(record.startedAt),
    updatedAt: iso(file.updatedAt),
    seconds: file.secondsBefore + Math.max(0, file.updatedAt - openedAt || 0) / 1000,
    epoch,
    epochs: total,
    step,
    steps,
    global_step: Math.max(last?.global_step ?? 0, from?.global_step ?? 0),
    secondsLeft: left?.run ?? null,
    best: bestOf(record),
    latest: {
      ...finites(validations.at(-1)?.metrics ?? {}),
      ...finites(withoutPosition(epochs.at(-1)?.record ?? {})),
      ...latestOf(last)
    },
    config: flattened(record.config),
    backend: textOf(record.backend),
    host: textOf(environment.host),
    warnings: record.warnings.length,
    spark: evenly(file.spark, sparkPoints).map(finite),
    hasLog: true,
    problem:
      file.damaged === 0
        ? null
        : t`${file.damaged} lines of the log cannot be read, and are left out`
  }
}

const withoutPosition = (record: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(record).filter(([name]) => name !== "epoch" && name !== "seconds")
  )

/** A run of which there are only checkpoints: what the newest says. */
export const ofCheckpoint = (
  id: string,
  root: string,
  meta: CheckpointMeta,
  description: Description | null,
  isRunning: boolean
): OwnSummary => {
  const { best, config, epoch, global_step, step, stopped, train_history } = meta
  const { training } = config as { readonly training?: { readonly num_epochs?: unknown } }
  const epochs = typeof training?.num_epochs === "number" ? training.num_epochs : null
  const isOver = stopped !== null || (epochs !== null && epoch >= epochs)
  return {
    id,
    name: description?.name ?? nameOf(id, root),
    isNamed: (description?.name ?? null) !== null,
    tags: description?.tags ?? [],
    notes: description?.notes ?? "",
    parent: null,
    status: isRunning ? "running" : isOver ? "finished" : "interrupted",
    pipeline: null,
    startedAt: null,
    updatedAt: meta.saved_at,
    seconds: train_history.reduce((sum, { seconds }) => sum + seconds, 0) + meta.position.seconds,
    epoch,
    epochs,
    step,
    steps: null,
    global_step,
    secondsLeft: null,
    best:
      best === null ? null : { metric: best.metric, value: finite(best.value), epoch: best.epoch },
    latest: finites(withoutPosition(train_history.at(-1) ?? {})),
    config: flattened(config),
    backend: meta.backend,
    host: null,
    warnings: 0,
    spark: evenly(train_history, sparkPoints).map((record) => finite(record["train_loss"] ?? NaN)),
    hasLog: false,
    problem: null
  }
}

/** A run that cannot be read at all: a row that says why. */
export const unreadable = (
  id: string,
  root: string,
  isRunning: boolean,
  hasLog: boolean,
  problem: string
): OwnSummary => ({
  id,
  name: nameOf(id, root),
  isNamed: false,
  tags: [],
  notes: "",
  parent: null,
  status: isRunning ? "running" : "stopped",
  pipeline: null,
  startedAt: null,
  updatedAt: null,
  seconds: 0,
  epoch: 0,
  epochs: null,
  step: 0,
  steps: null,
  global_step: 0,
  secondsLeft: null,
  best: null,
  latest: {},
  config: {},
  backend: null,
  host: null,
  warnings: 0,
  spark: [],
  hasLog,
  problem
})
