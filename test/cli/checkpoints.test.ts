import type { FileSystem } from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import * as FileStore from "../../src/checkpointing/store/FileStore.js"
import { listCheckpoints } from "../../src/cli/commands/ListCheckpoints.js"
import { pinCheckpoint, unpinCheckpoint } from "../../src/cli/commands/PinCheckpoint.js"
import { verifyCheckpoints } from "../../src/cli/commands/VerifyCheckpoints.js"
import type { Output } from "../../src/terminal/Output.js"
import { sample, sampleMeta } from "../checkpointing/sample.js"
import { recorder } from "../terminal/sample.js"

/** A folder with the checkpoints of three epochs: the second is the best, the third the latest. */
const folder = Effect.gen(function* () {
  const store = yield* CheckpointStore
  const path = mkdtempSync(join(tmpdir(), "holdfast-"))
  const { save } = yield* store.open(path, { retention: keepAll })
  const best = { metric: "val_loss", mode: "min", value: 0.25, epoch: 2 } as const
  yield* save(sample(1, 0.5), "best")
  yield* save(sample(2, 0.25), "best")
  yield* save(sample(3, 0.375, { best }), "latest")
  return path
}).pipe(Effect.scoped, Effect.provide(Layer.provide(FileStore.layer, NodeFileSystem.layer)))

const keepAll = {
  keep_last: 9,
  keep_best: 1,
  best_by: null,
  keep_every: null,
  keep_epoch_end: false
}

const file = (epoch: number) => `epoch-000${epoch}-step-000000.safetensors`

/** What a command prints, and how it fails if it does. */
const printed = <E>(command: Effect.Effect<void, E, Output | FileSystem>) =>
  Effect.gen(function* () {
    const output = yield* recorder
    const result = yield* Effect.either(Effect.provide(command, output.layer))
    const text = (yield* output.written).map(([, line]) => line).join("")
    return { text, error: result._tag === "Left" ? result.left : null }
  }).pipe(Effect.provide(NodeFileSystem.layer))

const bytesOf = (...values: ReadonlyArray<number>) =>
  new Uint8Array(Float32Array.from(values).buffer)

const flipLastBit = (path: string) => {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
}

describe("holdfast list", () => {
  it.effect("shows what the headers say, newest first, and what is damaged", () =>
    Effect.gen(function* () {
      const path = yield* folder
      truncateSync(join(path, file(1)), 100)
      yield* printed(pinCheckpoint(join(path, file(2))))
      yield* TestClock.setTime(Date.UTC(2026, 0, 1, 2, 0, 2))
      const { text } = yield* printed(listCheckpoints({ folder: path, json: false }))
      const [header, , newest, best, damaged, ...rest] = text.split("\n")
      expect(header).toMatch(/^epoch +step +val_loss +age +size +file +health$/)
      expect(newest).toMatch(/^3 +0 +0\.375 +1 h +\S+ kB +epoch-0003-.* +whole, latest$/)
      expect(best).toMatch(/^2 +0 +0\.25 +2 h +\S+ kB +epoch-0002-.* +whole, best, pinned$/)
      expect(damaged).toMatch(/^ +\d+ s +100 B +epoch-0001-\S+ +cut short$/)
      expect(rest).toEqual(["", expect.stringMatching(/epoch-0001-\S+ is cut short: /), ""])
    })
  )

  it.effect("prints the same for programs", () =>
    Effect.gen(function* () {
      const path = yield* folder
      truncateSync(join(path, file(1)), 100)
      const { text } = yield* printed(listCheckpoints({ folder: path, json: true }))
      const [newest, best, damaged] = JSON.parse(text)
      expect(newest).toMatchObject({
        epoch: 3,
        value: 0.375,
        aliases: ["latest"],
        health: "header whole"
      })
      expect(best).toEqual({
        path: join(path, file(2)),
        name: file(2),
        epoch: 2,
        step: 0,
        metric: "val_loss",
        value: 0.25,
        saved_at: "2026-01-01T00:00:02.000Z",
        bytes: readFileSync(join(path, file(2))).length,
        aliases: ["best"],
        pinned: false,
        health: "header whole",
        finite: null,
        problem: null
      })
      expect(damaged).toMatchObject({ epoch: null, value: null, bytes: 100, health: "Truncated" })
    })
  )

  it.effect("says where there are none, and fails where there is no folder", () =>
    Effect.gen(function* () {
      const empty = mkdtempSync(join(tmpdir(), "holdfast-"))
      const none = yield* printed(listCheckpoints({ folder: empty, json: false }))
      expect(none).toEqual({ error: null, text: `there are no checkpoints in ${empty}\n` })
      const { error, text } = yield* printed(listCheckpoints({ folder: "nowhere", json: false }))
      expect([text, error?.reason, error?.path]).toEqual(["", "NotFound", "nowhere"])
    })
  )
})

describe("holdfast verify", () => {
  it.effect("finds every checkpoint of a folder whole", () =>
    Effect.gen(function* () {
      const { error, text } = yield* printed(
        verifyCheckpoints({ path: yield* folder, json: false })
      )
      expect(error).toBe(null)
      expect(text.match(/ whole$/gm)).toHaveLength(3)
    })
  )

  it.effect("names the one with a flipped bit, and the tensor, and fails", () =>
    Effect.gen(function* () {
      const path = yield* folder
      flipLastBit(join(path, file(2)))
      const { error, text } = yield* printed(verifyCheckpoints({ path, json: false }))
      expect(error).toMatchObject({ message: "1 of 3 checkpoints is damaged or cannot be read" })
      expect(text.match(/ whole$/gm)).toHaveLength(2)
      // The header is whole, and tells which it was.
      expect(text).toMatch(/^2 +0 +epoch-0002-\S+ +damaged$/m)
      expect(text).toMatch(/epoch-0002-\S+ is damaged: .*model_state_dict\.mask/)
    })
  )

  // As an earlier release may have saved it, which did not look.
  it.effect("says that weights are not finite, as list does of those that are known to be so", () =>
    Effect.gen(function* () {
      const path = mkdtempSync(join(tmpdir(), "holdfast-"))
      const store = yield* CheckpointStore
      const { save } = yield* store.open(path, { retention: keepAll })
      const nan = { dtype: "F32" as const, shape: [1], bytes: Effect.succeed(bytesOf(NaN)) }
      const tensors = new Map([["model_state_dict.a", nan]])
      yield* save({ ...sample(1), tensors }, "latest")
      yield* save({ meta: sampleMeta(2, 1, { finite: false }), tensors }, "latest")
      const verified = yield* printed(verifyCheckpoints({ path, json: false }))
      expect(verified.error).toBe(null)
      expect(verified.text.match(/whole, non-finite weights/g)).toHaveLength(2)
      const listed = yield* printed(listCheckpoints({ folder: path, json: true }))
      expect(JSON.parse(listed.text).map((one: { finite: unknown }) => one.finite)).toEqual([
        false,
        null
      ])
    }).pipe(Effect.scoped, Effect.provide(Layer.provide(FileStore.layer, NodeFileSystem.layer)))
  )

  it.effect("looks at one file, for programs", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "latest_checkpoint.safetensors")
      const whole = yield* printed(verifyCheckpoints({ path, json: true }))
      const name = "latest_checkpoint.safetensors"
      expect(JSON.parse(whole.text)).toEqual([
        { path, name, epoch: 3, step: 0, health: "whole", finite: true, problem: null }
      ])
      truncateSync(path, 5)
      const cut = yield* printed(verifyCheckpoints({ path, json: true }))
      expect(cut.error).toMatchObject({ damaged: 1, of: 1 })
      expect(JSON.parse(cut.text)).toMatchObject([{ epoch: null, step: null, health: "Truncated" }])
    })
  )

  it.effect("fails where there is nothing of that name", () =>
    Effect.gen(function* () {
      const { error } = yield* printed(verifyCheckpoints({ path: "nowhere", json: false }))
      expect(error).toMatchObject({ _tag: "CheckpointError", reason: "NotFound" })
    })
  )
})

describe("holdfast pin", () => {
  it.effect("keeps a checkpoint that would go, until it is unpinned", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const best = join(path, "best_model.safetensors")
      const pinned = yield* printed(pinCheckpoint(best))
      expect(pinned.text).toBe(`pinned ${join(path, file(2))}: it is kept until holdfast unpin\n`)
      expect(existsSync(join(path, `${file(2)}.pin`))).toBe(true)
      const unpinned = yield* printed(unpinCheckpoint(join(path, file(2))))
      expect(unpinned.text).toContain(`unpinned ${join(path, file(2))}: `)
      expect(existsSync(join(path, `${file(2)}.pin`))).toBe(false)
    })
  )

  it.effect("fails where there is no checkpoint", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "none.safetensors")
      expect((yield* printed(pinCheckpoint(path))).error).toMatchObject({ reason: "NotFound" })
    })
  )
})
