import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdirSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as NodePlatform from "../../src/io/NodePlatform.js"
import * as ProcessIdentity from "../../src/io/ProcessIdentity.js"
import { temporaryFolder } from "../../src/testing/index.js"
import * as Actions from "../../src/ui/Actions.js"
import type { Action } from "../../src/ui/Api.js"
import { ApiFailure } from "../../src/ui/ApiFailure.js"
import * as Summary from "../../src/ui/Summary.js"

const services = Layer.provideMerge(
  Layer.provideMerge(CheckpointStore.file, FileStorage.layer),
  NodePlatform.layer
)

/** Takes an action on the run in a folder; gives the signals that it sends. */
const act = (folder: string, action: Action["action"] & ("save" | "stop"), takes = true) =>
  Effect.gen(function* () {
    const sent: Array<readonly [pid: number, signal: NodeJS.Signals]> = []
    const known = {
      id: "a",
      folder,
      summary: { ...Summary.unreadable("a", "/", true, true, ""), sweep: null },
      stamp: "",
      version: 1
    }
    const find = () => Effect.fail(new ApiFailure({ reason: "NotFound", detail: "" }))
    yield* Actions.act(known, { action, id: "a" }, find, (pid, signal) => {
      sent.push([pid, signal])
      return takes
    })
    return sent
  })

describe("Actions.act", () => {
  it.scopedLive("sends the process that holds the folder what has it save, or save and end", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* FolderLock.acquire(folder, { force: false })
      expect(yield* act(folder, "save")).toEqual([[process.pid, "SIGUSR1"]])
      expect(yield* act(folder, "stop")).toEqual([[process.pid, "SIGINT"]])
      const { reason } = yield* Effect.flip(act(folder, "stop", false))
      expect(reason).toBe("Conflict")
    }).pipe(Effect.provide(services))
  )

  it.scopedLive("sends nothing to another process of the same number, or on another host", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const here = yield* ProcessIdentity.current
      const lock = path.join(folder, ".lock")
      mkdirSync(lock)
      const held = (changes: object) =>
        writeFileSync(
          path.join(lock, "owner-x.0.json"),
          JSON.stringify({
            ...here,
            since: new Date().toISOString(),
            lease: { every: 5000, timeout: 30_000 },
            ...changes
          })
        )
      held({ ticks: "1" })
      expect((yield* Effect.flip(act(folder, "stop"))).message).toBe(
        "no process trains this run now"
      )
      held({ host: "elsewhere", pid: 1 })
      expect((yield* Effect.flip(act(folder, "stop"))).message).toContain("elsewhere")
    }).pipe(Effect.provide(services))
  )
})
