import * as path from "node:path"
import type { SweepView } from "../sweep/SweepView.js"
import { improves } from "../training/Monitor.js"
import type * as Api from "./Api.js"
import { evenly, finite, nameOf, sparkPoints } from "./Summary.js"

/** The metric of a run after each epoch that its log has. */
export interface RunValues {
  readonly summary: Api.RunSummary
  readonly values: ReadonlyArray<{ readonly epoch: number; readonly value: number }>
}

/** The best value so far, from the first to the last; null before there is one. */
export const bestSoFar = (
  values: ReadonlyArray<Api.Finite>,
  mode: "min" | "max"
): ReadonlyArray<Api.Finite> => {
  let best: Api.Finite = null
  return values.map((value) => {
    if (value !== null && improves(value, best, mode)) best = value
    return best
  })
}

const bestOf = (values: ReadonlyArray<Api.Finite>, mode: "min" | "max"): Api.Finite =>
  bestSoFar(values, mode).at(-1) ?? null

/**
 * A trial as the sweep's record has it, and as its run does: while it trains, the run is further than the
 * last outcome.
 */
const trialOf = (
  trial: SweepView["trials"][number],
  run: string,
  { summary, values: live }: RunValues | { readonly summary: null; readonly values: [] },
  mode: "min" | "max"
): Api.Trial => {
  const last = trial.values.at(-1)?.epoch ?? trial.fork?.epoch ?? 0
  const newer = live.filter(({ epoch }) => epoch > last)
  const values = [...trial.values, ...newer]
  return {
    number: trial.number,
    run,
    parameters: trial.parameters,
    state: summary?.status === "running" ? "running" : trial.state,
    epoch: Math.max(trial.epoch, summary?.epoch ?? 0),
    epochs: trial.epochs,
    value: bestOf([trial.value ?? null, ...newer.map(({ value }) => value)], mode),
    at: values.map(({ epoch }) => epoch),
    values: values.map(({ value }) => finite(value)),
    fork: trial.fork ?? null,
    worker: trial.worker ?? null,
    error: trial.error ?? null
  }
}

const count = (trials: ReadonlyArray<Api.Trial>): Record<Api.TrialState, number> => {
  const counts = { waiting: 0, running: 0, paused: 0, completed: 0, failed: 0 }
  for (const { state } of trials) counts[state]++
  return counts
}

/** What counts of each trial: a failed one never wins. */
const counted = ({ state, value }: Api.Trial): Api.Finite => (state === "failed" ? null : value)

/** The trial with the best value; the first of those with the same. */
export const bestTrial = (
  trials: ReadonlyArray<Api.Trial>,
  mode: "min" | "max"
): Api.Trial | null => {
  const value = bestOf(trials.map(counted), mode)
  return value === null ? null : (trials.find((trial) => counted(trial) === value) ?? null)
}

/** A sweep by its view and the runs of its trials, by their ids. */
export const ofView = (
  id: string,
  root: string,
  view: SweepView,
  runs: ReadonlyMap<string, RunValues>
): Api.SweepDetail => {
  const { mode } = view
  const trials = view.trials.map((trial) => {
    // The folder of a trial lies in that of its sweep, from wherever the view was read.
    const run = id === "." ? path.basename(trial.folder) : `${id}/${path.basename(trial.folder)}`
    return trialOf(trial, run, runs.get(run) ?? { summary: null, values: [] }, mode)
  })
  const summaries = [...runs.values()].map(({ summary }) => summary)
  const best = bestTrial(trials, mode)
  const times = (of: (run: Api.RunSummary) => string | null) =>
    summaries.flatMap((run) => of(run) ?? []).sort()
  return {
    summary: {
      id,
      name: view.name || nameOf(id, root),
      state: trials.some(({ state }) => state === "running") ? "running" : view.state,
      pipeline: view.pipeline ?? null,
      search: view.search,
      scheduler: view.scheduler,
      metric: view.metric,
      mode,
      counts: count(trials),
      total: view.total ?? null,
      epochs: trials.reduce((sum, { epoch, fork }) => sum + epoch - (fork?.epoch ?? 0), 0),
      best: best === null ? null : { trial: best.number, run: best.run, value: best.value },
      startedAt: view.startedAt ?? times(({ startedAt }) => startedAt)[0] ?? null,
      updatedAt: times(({ updatedAt }) => updatedAt).at(-1) ?? null,
      spark: evenly(bestSoFar(trials.map(counted), mode), sparkPoints),
      problem: view.problem ?? null
    },
    parallel: view.parallel,
    parameters: view.parameters,
    trials,
    importance: view.importance ?? null,
    rungs: view.rungs ?? [],
    bestCommand: view.bestCommand ?? null
  }
}

/** A sweep that cannot be read: a row that says why. */
export const unreadable = (id: string, root: string, problem: string): Api.SweepDetail => ({
  summary: {
    id,
    name: nameOf(id, root),
    state: "stopped",
    pipeline: null,
    search: "",
    scheduler: "",
    metric: "",
    mode: "min",
    counts: count([]),
    total: null,
    epochs: 0,
    best: null,
    startedAt: null,
    updatedAt: null,
    spark: [],
    problem
  },
  parallel: 1,
  parameters: [],
  trials: [],
  importance: null,
  rungs: [],
  bestCommand: null
})
