import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import * as Effect from "effect/Effect"
import { Observer } from "holdfast"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Preparation from "../../src/data/workers/Preparation.js"
import * as DataThreads from "../../src/training/DataThreads.js"
import type { Progress } from "../../src/training/Progress.js"
import type { RunFields } from "../../src/training/RunFields.js"

let cache: string
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "holdfast-"))
  vi.stubEnv("XDG_CACHE_HOME", cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true })
})

/** Takes steps of a run whose batches come from threads or not; `calls`: whether these have work. */
const steps = async (ms: Readonly<Record<"workers" | "thread", number>>, calls = 1) => {
  const said: Array<string> = []
  const observer = Observer.make((event) =>
    Effect.sync(() => void (event._tag === "Notice" && said.push(event.message)))
  )
  const training = { num_epochs: 1, batch_size: 32 }
  const dataset = { name: "birds", fingerprint: "b", train: { size: 32 * 2000 } }
  const run = { models: {}, dataset, config: { training }, backend: "cpu" } as unknown as RunFields
  const preparation = Preparation.make()
  Preparation.attach(dataset, preparation)
  Object.assign(preparation, { threads: 3, calls })
  const threads = (await Effect.runPromise(Effect.provide(DataThreads.of(run), observer)))!
  const used: Array<Preparation.Preparation["by"]> = []
  for (let step = 0; step < 300; step++) {
    used.push(preparation.by)
    const before = { epoch: 0, step } as Progress
    threads.took(ms[preparation.by ?? "thread"], before)
    // Until what an earlier run has found is read.
    if (step === 0 && calls > 0) await vi.waitFor(() => expect(preparation.by).not.toBeNull())
  }
  return { preparation, record: DataThreads.record(run), said, used }
}

describe("DataThreads", () => {
  it("has threads prepare the batches once steps are measured to be faster with them", async () => {
    const { preparation, record, said, used } = await steps({ workers: 10, thread: 15 })
    expect(used.indexOf("workers")).toBeGreaterThan(10)
    expect(preparation.by).toBe("workers")
    expect(record).toStrictEqual({ requested: "auto", used: 3, step_ms: 10, thread_step_ms: 15 })
    await vi.waitFor(() =>
      expect(said).toStrictEqual([
        "the main thread prepares the batches; data workers are tried, 3 at most",
        "data workers (3) prepare the batches: a step takes 10.0 ms with them, 15.0 ms without"
      ])
    )
  })

  it("leaves the batches to the main thread where threads make steps slower", async () => {
    const { preparation, record, used } = await steps({ workers: 16, thread: 15 })
    expect(used).toContain("workers")
    expect(preparation.by).toBe("thread")
    expect(record).toStrictEqual({ requested: "auto", used: 0, step_ms: 16, thread_step_ms: 15 })
  })

  it("decides nothing for a dataset that has no work for threads", async () => {
    const { record, said, used } = await steps({ workers: 1, thread: 15 }, 0)
    expect([record, said, new Set(used)]).toStrictEqual([null, [], new Set([null])])
  })
})
