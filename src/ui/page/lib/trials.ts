import type { Finite, Trial, TrialState } from "../../Api.js"
import { formatField } from "./format.js"
import { sortByKey } from "./sortByKey.js"

/** The states of trials, in the order in which they are shown. */
export const trialStates: ReadonlyArray<TrialState> = [
  "completed",
  "paused",
  "running",
  "failed",
  "waiting"
]

/** What a column of the table of trials sorts by: `parameter:` and a path, or a part of a trial. */
const sortKey = (trial: Trial, column: string): string | number | null => {
  if (column.startsWith("parameter:")) {
    const value = trial.parameters[column.slice("parameter:".length)]
    return typeof value === "number" ? value : value === undefined ? null : formatField(value)
  }
  switch (column) {
    case "state":
      return trialStates.indexOf(trial.state)
    case "value":
      return trial.value
    case "epoch":
      return trial.epoch
    case "fork":
      return trial.fork?.trial ?? null
    case "worker":
      return trial.worker
    default:
      return trial.number
  }
}

/** Trials in the order of a column; those without a value come last either way. */
export const sortTrials = (
  trials: ReadonlyArray<Trial>,
  column: string,
  descending: boolean
): ReadonlyArray<Trial> => sortByKey(trials, (trial) => sortKey(trial, column), descending)

/** Whether a value is better than another. */
export const isBetter = (value: number, other: number, mode: "min" | "max"): boolean =>
  mode === "min" ? value < other : value > other

/** The trials with values, the best first. One that failed is not ranked, whatever it came to before. */
export const ranked = (trials: ReadonlyArray<Trial>, mode: "min" | "max"): ReadonlyArray<Trial> =>
  sortTrials(
    trials.filter(({ state, value }) => value !== null && state !== "failed"),
    "value",
    mode === "max"
  )

/** The trials at which the best value so far became better. */
export const improvements = (
  trials: ReadonlyArray<Trial>,
  mode: "min" | "max"
): ReadonlyArray<{ readonly number: number; readonly value: number }> => {
  let best: number | null = null
  return trials.flatMap(({ number, state, value }) => {
    if (state === "failed" || value === null || (best !== null && !isBetter(value, best, mode)))
      return []
    best = value
    return [{ number, value }]
  })
}

/** The curve of a trial by epoch; that of a fork begins where its parent's was. */
export const curveOf = (
  trial: Trial,
  byNumber: ReadonlyMap<number, Trial>
): { readonly at: ReadonlyArray<number>; readonly values: ReadonlyArray<Finite> } => {
  const { fork } = trial
  const parent = fork === null ? undefined : byNumber.get(fork.trial)
  if (fork === null || parent === undefined) return trial
  const from = parent.at.indexOf(fork.epoch)
  if (from < 0 || trial.at[0] === undefined || trial.at[0] <= fork.epoch) return trial
  return {
    at: [fork.epoch, ...trial.at],
    values: [parent.values[from] ?? null, ...trial.values]
  }
}

/** The value of a curve at an epoch, between those that it has; null outside of them. */
export const valueAtEpoch = (
  { at, values }: ReturnType<typeof curveOf>,
  epoch: number
): number | null => {
  const next = at.findIndex((one) => one >= epoch)
  if (next < 0) return null
  if (next === 0) return at[0]! - epoch < 0.5 ? (values[0] ?? null) : null
  const [from, to] = [values[next - 1], values[next]]
  if (from == null || to == null) return null
  return from + ((to - from) * (epoch - at[next - 1]!)) / (at[next]! - at[next - 1]!)
}

/** Values without the few that are far beyond all others, as of trials that diverge. */
export const withoutOutliers = (values: ReadonlyArray<Finite>): ReadonlyArray<Finite> => {
  const known = values.filter((value) => value !== null).sort((one, other) => one - other)
  const at = (share: number) => known[Math.round(share * (known.length - 1))] ?? 0
  const room = 4 * (at(0.98) - at(0.02))
  return known.filter((value) => value <= at(0.98) + room && value >= at(0.02) - room)
}

/** The trials that a trial was forked from, and those that these were, itself first. */
export const ancestry = (
  trial: Trial,
  byNumber: ReadonlyMap<number, Trial>
): ReadonlyArray<Trial> => {
  const found = [trial]
  const seen = new Set([trial.number])
  for (let at = trial; at.fork !== null;) {
    const parent = byNumber.get(at.fork.trial)
    // A file of other hands may have a trial be its own ancestor.
    if (parent === undefined || seen.has(parent.number)) break
    seen.add(parent.number)
    found.push(parent)
    at = parent
  }
  return found
}

/** A trial in the picture of a lineage: its row, and the row of the trial that it was forked from. */
export interface Lane {
  readonly trial: Trial
  readonly row: number
  readonly parentRow: number | null
}

/**
 * A row for each trial, each below the one that it was forked from, so that lines of descent cross as
 * little as they can.
 */
export const lineage = (trials: ReadonlyArray<Trial>): ReadonlyArray<Lane> => {
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]))
  const children = new Map<number, Array<Trial>>()
  const roots: Array<Trial> = []
  for (const trial of trials) {
    const parent = trial.fork?.trial
    if (parent === undefined || !byNumber.has(parent) || parent >= trial.number) {
      roots.push(trial)
      continue
    }
    const siblings = children.get(parent) ?? []
    siblings.push(trial)
    children.set(parent, siblings)
  }
  const lanes: Array<Lane> = []
  const stack = [...roots].reverse().map((trial) => ({ trial, parentRow: null as number | null }))
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { parentRow, trial } = next
    const row = lanes.length
    lanes.push({ trial, row, parentRow })
    // The fork that came last stands next to its parent: the lines of the earlier ones go around it.
    const forks = [...(children.get(trial.number) ?? [])].sort(
      (one, other) => one.fork!.epoch - other.fork!.epoch || one.number - other.number
    )
    for (const child of forks) stack.push({ trial: child, parentRow: row })
  }
  return lanes
}
