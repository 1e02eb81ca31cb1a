import { describe, expect, it } from "@effect/vitest"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ResumeFrom } from "../../src/checkpointing/resume/Resumption.js"
import { session, temporaryFolder, type Outcome } from "../support/session.js"

/** What a session has failed with, before its data was loaded. */
const early = ({ events, exit }: Outcome): unknown => {
  expect(events.some(({ _tag }) => _tag === "DatasetLoaded")).toBe(false)
  return Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
}

const training = { num_epochs: 1 }

describe("before the data is loaded", () => {
  it.scopedLive.each([
    ["bset", "did you mean best?"],
    ["lastest", "did you mean latest?"],
    ["nver", "did you mean never?"],
    ["./bset", "bset does not exist"],
    ["elsewhere.safetensors", "does not exist"]
  ] as const)("--resume %s: %s", ([path, message]) =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const resume: ResumeFrom = { path }
      expect(early(yield* session({ folder, training, resume }))).toMatchObject({
        message: expect.stringContaining(message)
      })
    })
  )

  it.scopedLive("says that there is no checkpoint of the kind asked for", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      expect(early(yield* session({ folder, training, resume: "best" }))).toMatchObject({
        _tag: "ResumeError",
        reason: { _tag: "Missing" }
      })
    })
  )

  it.scopedLive("refuses another model than the checkpoint's", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training })
      const outcome = yield* session({ folder, model: { units: 9 } })
      expect(early(outcome)).toMatchObject({
        _tag: "IncompatibleCheckpoint",
        reason: { _tag: "Architecture" }
      })
    })
  )

  it.scopedLive("refuses a folder that cannot be made", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const fileSystem = yield* FileSystem.FileSystem
      yield* fileSystem.writeFileString(`${folder}/file`, "")
      const checkpoint_dir = `${folder}/file/checkpoints`
      const outcome = yield* session({ folder, training: { ...training, checkpoint_dir } })
      expect(early(outcome)).toMatchObject({ _tag: "CheckpointError" })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("asks whether to resume", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training })
      let loaded = false
      const outcome = yield* session({
        folder,
        training: { num_epochs: 2 },
        answer: true,
        interruptAt: ({ _tag }) => (loaded ||= _tag === "DatasetLoaded")
      })
      expect([loaded, outcome.asked]).toEqual([true, 1])
    })
  )

  it.scopedLive("warns of a warm-up that never ends, naming both numbers", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const scheduler = { name: "cosine", warmup_epochs: 3 }
      const { events } = yield* session({ folder, training: { num_epochs: 3, scheduler } })
      expect(events.find(({ _tag }) => _tag === "Notice")).toMatchObject({
        _tag: "Notice",
        level: "warning",
        message: expect.stringMatching(/warmup_epochs is 3 and training.num_epochs is 3/)
      })
      const more = yield* session({ folder, training: { num_epochs: 4, scheduler } })
      expect(more.events.some(({ _tag }) => _tag === "Notice")).toBe(false)
    })
  )
})
