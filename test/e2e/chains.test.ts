import { describe, expect, it } from "@effect/vitest"
import type { Disturbance } from "../support/abuse.js"
import { blobsChain, disturbances, end, endure, undisturbed, violations } from "../support/abuse.js"
import { differences } from "../support/checkpoints.js"

/** HOLDFAST_SEED repeats what a failure has printed. */
const seed = Number(process.env["HOLDFAST_SEED"] ?? Date.now() % 1_000_000)
const settings = { batch: 8, load: 100 }

describe.concurrent(`a run that is disturbed (HOLDFAST_SEED=${seed})`, () => {
  const straight = undisturbed(blobsChain(settings))
  const draw = disturbances(seed)

  const chains: Readonly<Record<string, ReadonlyArray<Disturbance>>> = {
    "killed at random moments and while it saves": [
      draw.killInSave(),
      draw.kill(),
      draw.killInFlush()
    ],
    "told to stop while it loads, trains, validates and saves": [
      { from: "loading", signals: [[20, "SIGTERM"]] },
      { from: "validation", signals: [[0, "SIGHUP"]] },
      draw.signal(),
      { from: "a save", signals: [[0, "SIGINT"]] }
    ],
    "told to stop by bursts of signals": [draw.burst(), draw.burst()]
  }
  for (const [how, disturbances] of Object.entries(chains)) {
    it(`ends as if it had not been, ${how}`, async () => {
      const chain = blobsChain(settings)
      const sessions = await endure(chain, disturbances)
      expect(violations(sessions)).toEqual([])
      expect(differences(end(chain), await straight)).toEqual([])
    }, 120_000)
  }
})
