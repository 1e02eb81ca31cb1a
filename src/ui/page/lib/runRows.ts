import type { RunSummary, SweepSummary } from "../../Api.js"

/** A row of the table of runs: a run, a sweep, or a trial below its sweep. */
export type RunsRow =
  | { readonly kind: "run"; readonly run: RunSummary; readonly isTrial: boolean }
  | {
      readonly kind: "sweep"
      readonly sweep: SweepSummary
      /** How many of its trials are as asked. */
      readonly matching: number
      readonly isOpen: boolean
    }

/** The items with one more, or without it. */
export const toggled = <A>(items: ReadonlyArray<A>, item: A): ReadonlyArray<A> =>
  items.includes(item) ? items.filter((one) => one !== item) : [...items, item]

/**
 * Runs in their order, the trials of a sweep as one row, where the first of them would be; if it is open,
 * they follow it. `all`: whether nothing is filtered, so that a sweep that has no run yet is shown, too.
 */
export const runRows = (
  runs: ReadonlyArray<RunSummary>,
  sweeps: ReadonlyArray<SweepSummary>,
  open: ReadonlyArray<string>,
  all: boolean
): ReadonlyArray<RunsRow> => {
  const known = new Map(sweeps.map((sweep) => [sweep.id, sweep]))
  const trials = new Map<string, Array<RunSummary>>()
  const places: Array<RunSummary | SweepSummary> = []
  for (const run of runs) {
    const sweep = run.sweep === null ? undefined : known.get(run.sweep)
    if (sweep === undefined) {
      places.push(run)
      continue
    }
    const siblings = trials.get(sweep.id)
    if (siblings === undefined) {
      trials.set(sweep.id, [run])
      places.push(sweep)
    } else {
      siblings.push(run)
    }
  }
  const waiting = all ? sweeps.filter(({ id }) => !trials.has(id)) : []
  return [...waiting, ...places].flatMap((place): ReadonlyArray<RunsRow> => {
    if ("config" in place) return [{ kind: "run", run: place, isTrial: false }]
    const own = trials.get(place.id) ?? []
    const isOpen = open.includes(place.id)
    return [
      { kind: "sweep", sweep: place, matching: own.length, isOpen },
      ...(isOpen ? own.map((run): RunsRow => ({ kind: "run", run, isTrial: true })) : [])
    ]
  })
}
