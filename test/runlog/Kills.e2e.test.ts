import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Random, type Event } from "holdfast"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { read, type RunLog } from "../../src/runlog/RunLog.js"
import { session, temporaryFolder } from "../support/session.js"

/** What a log says, but for when and how fast. */
const contentOf = (log: RunLog) => {
  const {
    data_wait_ms: _,
    data_wait_ms_max: _w,
    step_ms: _s,
    step_ms_max: _m,
    time: _t,
    ...columns
  } = log.steps
  const timeless = (lines: ReadonlyArray<object>) => lines.map((line) => ({ ...line, time: null }))
  return {
    steps: Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, [...(values as Float64Array)]])
    ),
    epochs: timeless(
      log.epochs.map((line) => ({ ...line, record: { ...line.record, seconds: 0 } }))
    ),
    validations: timeless(log.validations),
    details: timeless(log.details),
    evaluated: timeless(log.evaluated),
    damaged: log.damaged,
    hasPartialLine: log.hasPartialLine
  }
}

const training = {
  num_epochs: 5,
  save_interval: [1, "3 steps"],
  validation_interval: 3,
  metrics: [{ name: "confusion" }]
}

const logIn = (folder: string) =>
  Effect.provide(read(`${folder}/checkpoints`), NodeFileSystem.layer)

describe("the log of a run", () => {
  it.scoped("is that of an undisturbed run after 20 kills and interruptions", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const calm = yield* session({ folder: `${folder}/calm`, training, log: true })
      expect(calm.exit._tag).toBe("Success")
      const expected = contentOf(yield* logIn(`${folder}/calm`))
      expect(expected.steps["global_step"]).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
      expect(expected.epochs.length).toBe(5)
      expect(expected.evaluated.length).toBe(1)

      const draw = Random.generator(Random.make(11), "kills")
      const fs = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
      const most = calm.events.length
      for (let kill = 0; kill < 20; kill++) {
        // Early ones as well: each process is to begin something that the next takes back.
        const at = 1 + Math.floor(draw() ** 2 * most)
        const stop = (_: Event, count: number) => count === at
        yield* session({
          folder: `${folder}/killed`,
          training,
          log: true,
          ...(kill % 4 === 3 ? { interruptAt: stop } : { killAt: stop })
        })
        const file = `${folder}/killed/checkpoints/events.ndjson`
        if (yield* fs.exists(file)) {
          yield* fs.writeFileString(file, '{"event":"Step","time":"20', { flag: "a" })
        }
      }
      yield* session({ folder: `${folder}/killed`, training, log: true })
      expect(contentOf(yield* logIn(`${folder}/killed`))).toEqual(expected)
    })
  )
})
