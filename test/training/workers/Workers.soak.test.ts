// Threads of Node that end at any moment while they compute; `npm run test:soak`.
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { start } from "../../../src/io/Thread.js"
import type { Setup } from "../../../src/training/workers/Protocol.js"
import { WorkersRequested } from "../../../src/training/workers/Requested.js"
import { checkpointIn, essence, session, temporaryFolder } from "../../support/session.js"
import pipeline from "./pipeline.js"

const minutes = Number(process.env["HOLDFAST_SOAK_MINUTES"] ?? 1)
const worker = new URL("../../../src/training/workers/WorkerThread.ts", import.meta.url)
const training = { num_epochs: 150, shards: 4 }

const end = (count: number, spawn?: (setup: Setup) => ReturnType<typeof start>) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const module = new URL("./pipeline.ts", import.meta.url).href
    const request = { count, module, threads: { spawn } }
    yield* session({ folder, training, pipeline }).pipe(
      Effect.provideService(WorkersRequested, count === 0 ? null : request)
    )
    return yield* Effect.flatMap(checkpointIn(folder), essence)
  })

describe("workers", () => {
  it.scopedLive(
    "compute the bits of one thread, however many there are and whenever they are killed",
    () =>
      Effect.gen(function* () {
        const expected = yield* end(0)
        const until = Date.now() + minutes * 60_000
        let [runs, killed] = [0, 0]
        do {
          const spawn = (setup: Setup) => {
            const thread = start(worker, {
              name: "holdfast worker",
              workerData: setup,
              mayImportTypescript: true
            })
            setTimeout(
              () => {
                killed += 1
                void thread.terminate()
              },
              3000 + Math.random() * 6000
            ).unref()
            return thread
          }
          expect(yield* end(1 + (runs % 4), spawn), `${runs + 1} runs`).toStrictEqual(expected)
          runs += 1
        } while (Date.now() < until)
        expect(killed).toBeGreaterThan(0)
      }),
    (minutes + 5) * 60_000
  )
})
