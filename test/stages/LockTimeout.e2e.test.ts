import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Run, Stage } from "holdfast"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"

it.scopedLive("locks its folder on the terms of training.lock_timeout", () =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    let holder: unknown
    const look = Stage.make("look", {
      description: "read the lock",
      run: (run: Run.Run) =>
        Effect.sync(() => {
          const lock = join(folder, "checkpoints", ".lock")
          holder = JSON.parse(readFileSync(join(lock, readdirSync(lock)[0]!), "utf8"))
          return run
        })
    })
    yield* session({
      folder,
      pipeline: pipelineOf({ extra: look }),
      training: { num_epochs: 1, lock_timeout: 9 }
    })
    expect(holder).toMatchObject({ lease: { every: 1500, timeout: 9000 } })
  })
)
