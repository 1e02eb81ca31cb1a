import { describe, expect, it } from "@effect/vitest"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { temporaryFolder } from "holdfast/testing"
import * as TrialCache from "../../src/backends/TrialCache.js"

const trial = (measured_at: string): TrialCache.Trial => ({
  subject: "digits: 26 parameters, batches of 8",
  chosen: "wasm",
  timings: [
    { name: "wasm", step: 9.1 },
    { name: "tensorflow", problem: "no addon" }
  ],
  measured_at
})
const [early, late] = ["2026-11-26T10:00:00.000Z", "2026-11-27T10:00:00.000Z"].map(trial)

describe("TrialCache", () => {
  it.scopedLive("gives back what was kept, newest first", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporaryFolder, "holdfast", "trials")
      expect(yield* TrialCache.read("a", folder)).toEqual(Option.none())
      expect(yield* TrialCache.all(folder)).toEqual([])
      yield* TrialCache.write("a", early!, folder)
      yield* TrialCache.write("b", late!, folder)
      expect(yield* TrialCache.read("a", folder)).toEqual(Option.some(early))
      expect(yield* TrialCache.all(folder)).toEqual([late, early])
    })
  )

  it.scopedLive("takes a damaged trial for none, and one that cannot be kept for nothing", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.promise(() => writeFile(join(folder, "a.json"), '{"chosen": 1'))
      yield* Effect.promise(() => writeFile(join(folder, "b.json"), '{"chosen": "wasm"}'))
      expect(yield* TrialCache.read("a", folder)).toEqual(Option.none())
      expect(yield* TrialCache.all(folder)).toEqual([])
      yield* TrialCache.write("c", early!, join(folder, "a.json"))
    })
  )

  it("has a name for each network, and for each number of threads", () => {
    const before = process.env["TF_NUM_INTRAOP_THREADS"]
    try {
      process.env["TF_NUM_INTRAOP_THREADS"] = "1"
      const one = TrialCache.keyOf({ batch_size: 8 })
      expect(TrialCache.keyOf({ batch_size: 8 })).toBe(one)
      expect(TrialCache.keyOf({ batch_size: 16 })).not.toBe(one)
      process.env["TF_NUM_INTRAOP_THREADS"] = "2"
      expect(TrialCache.keyOf({ batch_size: 8 })).not.toBe(one)
    } finally {
      if (before === undefined) delete process.env["TF_NUM_INTRAOP_THREADS"]
      else process.env["TF_NUM_INTRAOP_THREADS"] = before
    }
  })

  it("is in the user's folder of caches", () => {
    expect(TrialCache.folder({ XDG_CACHE_HOME: "/caches" })).toBe("/caches/holdfast/trials")
    expect(TrialCache.folder({})).toMatch(/holdfast.trials$/)
  })
})
