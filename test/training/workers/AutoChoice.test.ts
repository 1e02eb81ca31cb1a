import { describe, expect, it } from "vitest"
import * as AutoChoice from "../../../src/training/workers/AutoChoice.js"

type Uses = AutoChoice.AutoChoice["uses"]

/**
 * What computes each of a number of steps, which take as long as `ms` says. Threads are ready 20 steps after they
 * are started, and warm 10 steps later.
 */
const used = (
  count: number,
  ms: (uses: Uses, step: number) => number,
  known: AutoChoice.Found | null = null
) => {
  const all: Array<Uses> = []
  let choice = AutoChoice.begin(known)
  let started: number | null = null
  let warming: number | null = null
  let time = 0
  for (let step = 0; step < count; step++) {
    all.push(choice.uses)
    const milliseconds = ms(choice.uses, step)
    time += milliseconds
    choice = AutoChoice.next(choice, {
      milliseconds,
      left: (each) => (count - step - 1) * each,
      isReady: started !== null && step > started + 20,
      isWarm: warming !== null && step > warming + 10
    })
    if (choice.stage === "start") started ??= step
    if (choice.stage === "warm") warming ??= step
  }
  const share = all.filter((uses) => uses === "workers").length / count
  return { all, choice, share, started, time }
}

describe("AutoChoice", () => {
  it.each([
    ["workers", 10, 12],
    ["thread", 12, 10]
  ] as const)("measures ten steps with each and keeps %s", (faster, workers, thread) => {
    const run = used(20_000, (uses) => (uses === "workers" ? workers : thread))
    const first = run.all.indexOf("workers")
    expect(first).toBeGreaterThan(12 + 20 + 10)
    expect(run.all.slice(first, first + 12)).toStrictEqual(Array(12).fill("workers"))
    expect(run.all[first + 13]).toBe(faster)
    expect(run.choice).toMatchObject({ chosen: faster, found: { workers, thread } })
    expect(faster === "workers" ? run.share : 1 - run.share).toBeGreaterThan(0.98)
  })

  it("starts no thread in a run that is too short for it", () => {
    const { share, started } = used(500, () => 3)
    expect({ share, started }).toStrictEqual({ share: 0, started: null })
  })

  it("costs a run less than a fiftieth where workers are three times slower", () => {
    const { time } = used(10_000, (uses) => (uses === "workers" ? 30 : 10))
    expect(time).toBeLessThan(1.02 * 10_000 * 10)
  })

  it("starts at once, and compares nothing, where workers were faster before", () => {
    const known = { workers: 10, thread: 15 }
    const { all } = used(3000, (uses) => (uses === "workers" ? 10 : 15), known)
    expect(all.indexOf("workers")).toBe(22)
    expect(all.slice(22, 500)).toStrictEqual(Array(478).fill("workers"))
  })

  it("leaves threads alone where they were slower before, unless the run is very long", () => {
    const known = { workers: 15, thread: 10 }
    expect(used(20_000, () => 10, known).started).toBeNull()
    expect(used(200_000, () => 10, known).started).not.toBeNull()
  })

  it("changes within a few steps where a core has become busy, and back", () => {
    const busy = (step: number) => step >= 2000 && step < 6000
    const { all } = used(20_000, (uses, step) => (uses === "thread" ? 12 : busy(step) ? 20 : 8))
    expect(all[1900]).toBe("workers")
    expect(all.slice(2030, 2400)).toStrictEqual(Array(370).fill("thread"))
    expect(all[12_000]).toBe("workers")
  })
})
