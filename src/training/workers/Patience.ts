import { median } from "./median.js"

/** When a thread counts as hanging: after this many times the usual time of a task, in milliseconds. */
const hanging = { times: 8, atLeast: 2000, atFirst: 60_000 }

/** A thread that hangs is ended if it does not answer in so many milliseconds. */
export const untilEnded = 30_000

/** How long tasks usually take, and from when on one takes too long and is given to another thread. */
export interface Patience {
  readonly took: (milliseconds: number) => void
  readonly limit: () => number
  /** How often to look. */
  readonly every: number
}

/** `fixed`: the limit, instead of one by the time that tasks take. */
export const make = (fixed?: number): Patience => {
  const times: Array<number> = []
  return {
    took: (milliseconds) => {
      times.push(milliseconds)
      if (times.length > 32) times.shift()
    },
    limit: () =>
      fixed ??
      (times.length === 0
        ? hanging.atFirst
        : Math.max(hanging.atLeast, hanging.times * median(times))),
    every: Math.min(100, (fixed ?? 400) / 4)
  }
}
