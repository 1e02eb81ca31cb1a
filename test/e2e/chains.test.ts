import { describe, expect, it } from "@effect/vitest"
import "./scratch.js"
import type { Disturbance } from "../support/abuse.js"
import { blobsChain, disturbances, end, endure, undisturbed, violations } from "../support/abuse.js"
import { differences } from "../support/checkpoints.js"
import type { JsonEvent } from "../support/child.js"

/** The same disturbances in every run of the tests; HOLDFAST_SEED draws others, as the soak does. */
const seed = Number(process.env["HOLDFAST_SEED"] ?? 27_111)
const settings = { batch: 8, load: 100 }

const wentOn = (events: ReadonlyArray<JsonEvent>): boolean =>
  events.some(({ event, from }) => event === "RunStarted" && from !== null)

describe.concurrent(`a run that is disturbed (HOLDFAST_SEED=${seed})`, () => {
  const straight = undisturbed(blobsChain(settings))
  const draw = disturbances(seed)

  const chains: Readonly<Record<string, ReadonlyArray<Disturbance>>> = {
    "killed at random moments and while it saves": [
      draw.killAfterSave(),
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
    "told to stop by bursts of signals": [draw.burstAfterSave(), draw.burst(), draw.burst()]
  }
  for (const [how, disturbances] of Object.entries(chains)) {
    it(`ends as if it had not been, ${how}`, async () => {
      const chain = blobsChain({ ...settings, typescript: how.includes("bursts") })
      const sessions = await endure(chain, disturbances)
      expect(violations(sessions)).toEqual([])
      expect(sessions.some(([, { events }]) => wentOn(events))).toBe(true)
      expect(differences(end(chain), await straight)).toEqual([])
    })
  }
})
