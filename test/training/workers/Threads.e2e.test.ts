// Real threads of Node, which load the compiled package; longer: Workers.soak.test.ts.
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { type Run, Stage } from "holdfast"
import { start } from "../../../src/io/Thread.js"
import type { FromWorker, Setup } from "../../../src/training/workers/Protocol.js"
import { WorkersRequested } from "../../../src/training/workers/Requested.js"
import type { WorkerThread } from "../../../src/training/workers/Threads.js"
import * as Workers from "../../../src/training/workers/Workers.js"
import { testBackend } from "../../support/backend.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder
} from "../../support/session.js"

const program = new URL("../../../dist/training/workers/WorkerThread.js", import.meta.url)
const module = new URL("threads/pipeline.mjs", import.meta.url).href
const training = { num_epochs: 4, shards: 3 }

/** A thread that has loaded the pipeline only when it is let in. */
const gated = (setup: Setup) => {
  const thread = start(program, { name: "holdfast worker", workerData: setup })
  let letIn = () => {}
  const isLetIn = new Promise<void>((resolve) => (letIn = resolve))
  const worker: WorkerThread = {
    postMessage: (message) => thread.postMessage(message),
    terminate: () => thread.terminate(),
    on: (event: string, listener: (value: FromWorker) => void) =>
      thread.on(event, (value: FromWorker) => {
        if ((value as FromWorker | undefined)?.kind !== "loaded") return listener(value)
        void isLetIn.then(() => listener(value))
      })
  }
  return { worker, letIn }
}

describe("workers", () => {
  // Native TensorFlow computes each step by the threads of its own.
  it.scopedLive.skipIf(!existsSync(program) || testBackend === "tensorflow")(
    "compute the bits of one thread: none, one and two of them, one killed in the midst of a step",
    () =>
      Effect.gen(function* () {
        const plain = yield* temporaryFolder
        const inline = yield* session({ folder: plain, training, pipeline: pipelineOf() })
        expect(inline.exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
        const expected = yield* Effect.flatMap(checkpointIn(plain), essence)

        const threads: Array<ReturnType<typeof gated>> = []
        const counts: Array<number> = []
        let epoch = 0
        let batches = 0
        const pipeline = pipelineOf({
          onBatch: () => {
            batches += 1
            // The batch after it is fetched while the threads compute.
            if (epoch === 2 && batches === 3) void threads[0]!.worker.terminate()
          },
          // After each epoch one more is let in, and waited for.
          extra: Stage.make("join", {
            description: "let a thread in",
            run: (run: Run.Run) =>
              Effect.gen(function* () {
                counts.push(Workers.of(run)?.count() ?? 0)
                epoch += 1
                batches = 0
                const wanted = Math.min(2, epoch)
                threads.slice(0, epoch).forEach((one) => one.letIn())
                while ((Workers.of(run)?.count() ?? 0) < wanted) yield* Effect.sleep(10)
                return run
              })
          })
        })
        const spawn = (setup: Setup) => {
          const one = gated(setup)
          // The one in the place of the killed one.
          if (threads.length === 2) one.letIn()
          threads.push(one)
          return one.worker
        }
        const folder = yield* temporaryFolder
        const { exit } = yield* session({ folder, training, pipeline }).pipe(
          Effect.provideService(WorkersRequested, { count: 2, module, threads: { spawn } })
        )
        expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
        expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(expected)
        expect(threads.length).toBe(3)
        expect([counts[0], counts[1], counts[3]]).toStrictEqual([0, 1, 2])
      }),
    60_000
  )
})
