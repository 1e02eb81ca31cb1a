import { median } from "./median.js"

/**
 * Whether the steps of a run are computed, or its batches prepared, by worker threads or on its own thread, whichever
 * is faster. A value: `next` gives it after each step. The bits are the same.
 *
 * On its own thread the run begins. Threads cost a second of a core to start, so they do only where the run is
 * to last: then they warm up beside it, ten steps are measured with each, and the faster is kept. Now and
 * then the other one is measured again, as a core may have become busy or free.
 */
export interface AutoChoice {
  readonly uses: "workers" | "thread"
  readonly stage:
    | "measure" // ten steps without workers
    | "wait" // the run seems too short for workers
    | "start" // threads are starting
    | "warm" // they compute what is thrown away, until they are as fast as they can be
    | "settled" // one is chosen
    | "look" // the other one is measured again
    | "compare" // ten steps without, then ten with workers
  /** How long each of the last steps has taken, in milliseconds, since `uses` or the stage has changed. */
  readonly times: ReadonlyArray<number>
  /** Steps in this stage. */
  readonly steps: number
  /** Milliseconds a step with each, as last measured. */
  readonly found: Found
  readonly chosen: AutoChoice["uses"] | null
  /** After how many steps the other one is measured again. */
  readonly every: number
  readonly worth: Worth
}

/** From how many milliseconds left on a run tries threads: where nothing is known, and where they are known to be faster. */
export interface Worth {
  readonly unknown: number
  readonly known: number
}

/** Milliseconds a step with each; null: not measured. */
export interface Found {
  readonly workers: number | null
  readonly thread: number | null
}

/** What is known after a step. */
export interface Step {
  readonly milliseconds: number
  /** Milliseconds that the run has left, at so many a step; of a stream, as long as it has taken. */
  readonly left: (milliseconds: number) => number
  /** Whether all threads can compute, and have warmed up. */
  readonly isReady: boolean
  readonly isWarm: boolean
}

/** How many steps are measured, after how many that count for nothing; and later. */
const counted = { first: 10, again: 5, warmUp: 2 }
/** After how many steps the other one is measured again: ever longer, while nothing changes. */
const again = { first: 500, most: 8000 }
/** The median of that many steps says whether workers have become slower than the thread was. */
const recent = 16
/** How much faster the other must be for a change: less is noise. */
const margin = 0.97
/** After this many steps that are slower by so much, workers are tried no longer. */
const hopeless = { steps: 3, times: 1.3 }
/**
 * What starting the threads and comparing costs the run, should another process have the other cores: some two
 * seconds. It is to be less than a fiftieth of what is left; of a run that knows by a cache that it is worth it, a fifth.
 */
const worthOfReplicas: Worth = { unknown: 120_000, known: 10_000 }

/** The state before the first step; `known`: what an earlier run of the same has found. */
export const begin = (known: Found | null = null, worth: Worth = worthOfReplicas): AutoChoice => ({
  worth,
  uses: "thread",
  stage: known === null ? "measure" : "wait",
  times: [],
  steps: 0,
  found: known ?? { workers: null, thread: null },
  chosen: null,
  every: again.first
})

/** Which of the two is faster, by a cache; null: nothing is known. */
export const fasterOf = ({ thread, workers }: Found): AutoChoice["uses"] | null =>
  thread === null || workers === null ? null : workers < thread ? "workers" : "thread"

/** The choice after a step. */
export const next = (before: AutoChoice, step: Step): AutoChoice => {
  const times = [...before.times, step.milliseconds].slice(-64)
  const now = { ...before, times, steps: before.steps + 1 }
  switch (now.stage) {
    case "measure":
      return isMeasured(now, counted.first)
        ? enter(now, "wait", { found: { ...now.found, thread: typical(now) } })
        : now
    case "wait": {
      const known = fasterOf(now.found)
      const { worth } = now
      // Where the thread was faster, a core may be free today: worth a look in a long run.
      const least =
        known === "workers" ? worth.known : known === "thread" ? 10 * worth.unknown : worth.unknown
      return step.left(now.found.thread!) >= least ? enter(now, "start") : now
    }
    case "start":
      if (!step.isReady) return now
      return fasterOf(now.found) === "workers"
        ? enter(now, "settled", { uses: "workers", chosen: "workers" })
        : enter(now, "warm")
    case "warm":
      return step.isWarm ? enter(now, "compare") : now
    case "compare":
      return compare(now)
    case "settled":
      return settled(now)
    case "look":
      return looked(now)
  }
}

const enter = (
  now: AutoChoice,
  stage: AutoChoice["stage"],
  change: Partial<AutoChoice> = {}
): AutoChoice => ({ ...now, stage, times: [], steps: 0, ...change })

const isMeasured = ({ times }: AutoChoice, count: number) => times.length >= counted.warmUp + count

/** The median of the steps that count. */
const typical = ({ times }: AutoChoice): number => median(times.slice(counted.warmUp))

const compare = (now: AutoChoice): AutoChoice => {
  if (now.uses === "thread") {
    if (!isMeasured(now, counted.first)) return now
    const found = { ...now.found, thread: typical(now) }
    return enter(now, "compare", { uses: "workers", found })
  }
  const thread = now.found.thread!
  const isHopeless = isMeasured(now, hopeless.steps) && typical(now) > hopeless.times * thread
  if (!isHopeless && !isMeasured(now, counted.first)) return now
  const workers = typical(now)
  const chosen = workers < margin * thread ? "workers" : "thread"
  return enter(now, "settled", { uses: chosen, chosen, found: { thread, workers } })
}

const settled = (now: AutoChoice): AutoChoice => {
  const { steps, times, uses } = now
  const { thread } = now.found
  const isSlower =
    uses === "workers" &&
    steps > counted.warmUp &&
    steps % recent === 0 &&
    median(times.slice(-recent)) > thread!
  if (!isSlower && steps < now.every) return now
  const own = median(times.slice(-recent))
  const found = { ...now.found, [uses]: own }
  return enter(now, "look", { uses: uses === "workers" ? "thread" : "workers", found })
}

const looked = (now: AutoChoice): AutoChoice => {
  const { chosen, found, uses } = now
  const before = found[chosen!]!
  const isHopeless = isMeasured(now, hopeless.steps) && typical(now) > hopeless.times * before
  if (!isHopeless && !isMeasured(now, counted.again)) return now
  const other = typical(now)
  const measured = { ...found, [uses]: other }
  return other < margin * before
    ? enter(now, "settled", { chosen: uses, found: measured, every: again.first })
    : enter(now, "settled", {
        uses: chosen!,
        found: measured,
        every: Math.min(again.most, 2 * now.every)
      })
}
