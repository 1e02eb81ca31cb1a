import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { readView } from "../../sweep/readView.js"
import { recordsOf, stopFile } from "../../sweep/SweepFolder.js"
import { SweepError } from "../../sweep/SweepError.js"
import type { SweepView, TrialView } from "../../sweep/SweepView.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import { table } from "../../terminal/Table.js"
import { valueText } from "./DisplaySweep.js"

/** `holdfast sweep status`: the trials of the sweep in a folder. */
export const status = Effect.fn("Sweep.status")(function* (
  place: string,
  json: boolean,
  claimed?: ReadonlyMap<number, string>
) {
  const { err, out } = yield* Output
  const { view } = yield* readView(yield* recordsOf(place), null, claimed)
  if (json) return yield* out(`${stringify(view)}\n`)
  if (view.problem !== undefined) yield* err(`${view.problem}\n`)
  const { metric, mode, name, scheduler, search, trials } = view
  const state = {
    running: t`running`,
    stopped: t`stopped`,
    finished: t`finished`
  }[view.state]
  yield* out(
    t`sweep ${name}: ${state}; search ${search}, scheduler ${scheduler}; ${metric}, ${mode === "min" ? t`lower is better` : t`higher is better`}\n`
  )
  if (trials.length > 0) yield* out(`${draw(view)}\n`)
})

const draw = ({ best, metric, parameters, trials }: SweepView): string =>
  table(
    [t`trial`, t`state`, t`epoch`, metric, ...parameters.map(({ path }) => path), ""],
    trials.map((trial) => [
      String(trial.number),
      stateText(trial.state),
      `${trial.epoch}/${trial.epochs}`,
      trial.value === undefined ? "" : Format.number(trial.value),
      ...parameters.map(({ path }) => valueText(trial.parameters[path])),
      remark(trial, best)
    ])
  )

const remark = ({ error, fork, number }: TrialView, best: number | undefined): string =>
  [
    ...(number === best ? [t`best`] : []),
    ...(fork === undefined ? [] : [t`from trial ${fork.trial}, epoch ${fork.epoch}`]),
    ...(error === undefined ? [] : [error.split("\n")[0]!])
  ].join(", ")

const stateText = (state: TrialView["state"]): string =>
  ({
    waiting: t`waiting`,
    running: t`running`,
    paused: t`paused`,
    completed: t`completed`,
    failed: t`failed`
  })[state]

/** `holdfast sweep best`: the best trial of the sweep in a folder, and the command that trains it on. */
export const best = Effect.fn("Sweep.best")(function* (place: string, json: boolean) {
  const { out } = yield* Output
  const folder = yield* recordsOf(place)
  const { view } = yield* readView(folder)
  const trial = view.trials.find(({ number }) => number === view.best)
  if (trial === undefined) {
    return yield* new SweepError({ reason: { _tag: "NoOutcome", folder } })
  }
  const { bestCheckpoint: checkpoint = "", bestCommand: command = "", metric } = view
  const { epoch, number, parameters, value } = trial
  if (json) {
    const found = { trial: number, parameters, metric, value, epoch, checkpoint }
    return yield* out(`${stringify({ ...found, command })}\n`)
  }
  const rows = Object.entries(parameters).map(([path, one]) => [`  ${path}`, valueText(one)])
  yield* out(
    `${t`trial ${number}: ${metric} ${Format.number(value ?? Number.NaN)}, after ${epoch} epochs`}\n` +
      `${table(["", ""], rows).split("\n").slice(2).join("\n")}\n` +
      `${t`checkpoint: ${Printable.value(checkpoint)}`}\n` +
      `${t`train it for as many epochs again: ${command}`}\n`
  )
})

/** `holdfast sweep stop`: has the process that runs the sweep in a folder save and stop. */
export const stop = Effect.fn("Sweep.stop")(function* (place: string, json: boolean) {
  const folder = yield* recordsOf(place)
  const fileSystem = yield* FileSystem.FileSystem
  const { name, state } = (yield* readView(folder)).view
  const isRunning = state === "running"
  if (isRunning) {
    yield* Effect.mapError(
      fileSystem.writeFileString(join(folder, stopFile), ""),
      ({ message }) =>
        new SweepError({ reason: { _tag: "Unreadable", path: folder, detail: message } })
    )
  }
  yield* sayStopping(name, isRunning, json)
})

/** Says whether a sweep that was asked to stop does: only one that is running can. */
export const sayStopping = Effect.fnUntraced(function* (
  name: string,
  isRunning: boolean,
  json: boolean
) {
  const { out } = yield* Output
  if (json) return yield* out(`${stringify({ name, stopping: isRunning })}\n`)
  yield* out(
    isRunning
      ? t`sweep ${name} saves its trials and stops\n`
      : t`sweep ${name} is not running; there is nothing to stop\n`
  )
})
