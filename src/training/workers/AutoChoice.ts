/**
 * Whether the steps of a run are computed by its workers or on its own thread, whichever is faster: ten
 * steps are measured with each, and then now and then some with the other one, since a core may become busy or
 * free. The bits are the same.
 */
export interface AutoChoice {
  readonly uses: "workers" | "thread"
  /** How many of the steps measured now are left, the first of which count for nothing. */
  readonly left: number
  readonly times: ReadonlyArray<number>
  /** Milliseconds a step with each, once both are measured. */
  readonly found: { readonly workers: number | null; readonly thread: number | null }
  /** What has been chosen; null: nothing yet. */
  readonly chosen: AutoChoice["uses"] | null
}

/** How many steps are measured first, how many of them to get going, and again after how many. */
const steps = { trial: 10, warmUp: 2, again: 5, every: 500 }
/** How much faster the other must be for a change: less is noise. */
const margin = 0.97

export const begin: AutoChoice = {
  uses: "thread",
  left: steps.trial + steps.warmUp,
  times: [],
  found: { workers: null, thread: null },
  chosen: null
}

/** The choice after a step that took so long. */
export const next = (before: AutoChoice, milliseconds: number): AutoChoice => {
  const times = [...before.times, milliseconds]
  const left = before.left - 1
  if (left > 0) return { ...before, left, times: times.slice(-64) }
  const { chosen, uses } = before
  const other = uses === "workers" ? "thread" : "workers"
  const found = { ...before.found, [uses]: median(times.slice(steps.warmUp)) }
  if (chosen === null && found[other] === null) {
    return { uses: other, left: steps.trial + steps.warmUp, times: [], found, chosen }
  }
  if (chosen === uses) {
    // Time to look how long the other one takes.
    return { uses: other, left: steps.again + steps.warmUp, times: [], found, chosen }
  }
  const [own, others] = [found[uses]!, found[other]!]
  const isOwn = chosen === null ? own < others : own < others * margin
  const better = isOwn ? uses : other
  return { uses: better, left: steps.every, times: [], found, chosen: better }
}

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!
