import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import { existsSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CheckpointStore } from "../../src/checkpointing/store/CheckpointStore.js"
import { list } from "../../src/cli/commands/List.js"
import { pin, unpin } from "../../src/cli/commands/Pin.js"
import { verify } from "../../src/cli/commands/Verify.js"
import { sample, sampleMeta } from "../checkpointing/sample.js"
import { printed } from "./command.js"

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
}).pipe(Effect.scoped, Effect.provide(Layer.provide(CheckpointStore.file, NodeFileSystem.layer)))

const keepAll = {
  keep_last: 9,
  keep_best: 1,
  best_by: null,
  keep_every: null,
  keep_epoch_end: false
}

const file = (epoch: number) => `epoch-000${epoch}-step-000000.safetensors`

const bytesOf = (...values: ReadonlyArray<number>) =>
  new Uint8Array(Float32Array.from(values).buffer)

const flipLastBit = (path: string) => {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(path, bytes)
}

describe("holdfast list", () => {
  it.effect("shows what the headers say, newest first, and which are damaged", () =>
    Effect.gen(function* () {
      const path = yield* folder
      truncateSync(join(path, file(1)), 100)
      yield* printed(pin, [join(path, file(2))])
      yield* TestClock.setTime(Date.UTC(2026, 0, 1, 2, 0, 2))
      const { text } = yield* printed(list, [path])
      const [header, , newest, best, damaged, ...rest] = text.split("\n")
      expect(header).toMatch(/^epoch +step +val_loss +age +size +file +health$/)
      expect(newest).toMatch(/^3 +0 +0\.375 +1 h +\S+ kB +epoch-0003-.* +header intact, latest$/)
      expect(best).toMatch(/^2 +0 +0\.25 +2 h +\S+ kB +epoch-0002-.* +header intact, best, pinned$/)
      expect(damaged).toMatch(/^ +\d+ s +100 B +epoch-0001-\S+ +truncated$/)
      expect(rest).toEqual(["", expect.stringMatching(/epoch-0001-\S+ is truncated: /), ""])
    })
  )

  it.effect("prints the same for programs", () =>
    Effect.gen(function* () {
      const path = yield* folder
      truncateSync(join(path, file(1)), 100)
      const { text } = yield* printed(list, [path, "--json"])
      const [newest, best, damaged] = JSON.parse(text)
      expect(newest).toMatchObject({
        epoch: 3,
        value: 0.375,
        aliases: ["latest"],
        health: "HeaderIntact"
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
        health: "HeaderIntact",
        finite: null,
        problem: null
      })
      expect(damaged).toMatchObject({ epoch: null, value: null, bytes: 100, health: "Truncated" })
    })
  )

  it.effect("says that an empty folder has none, and fails on a missing folder", () =>
    Effect.gen(function* () {
      const empty = mkdtempSync(join(tmpdir(), "holdfast-"))
      const none = yield* printed(list, [empty])
      expect(none).toEqual({ error: null, text: `there are no checkpoints in ${empty}\n` })
      const { error, text } = yield* printed(list, ["nowhere"])
      expect(text).toBe("")
      expect(error).toMatchObject({ reason: "NotFound", path: "nowhere" })
    })
  )
})

describe("holdfast verify", () => {
  it.effect("reports every checkpoint of a folder as intact", () =>
    Effect.gen(function* () {
      const { error, text } = yield* printed(verify, [yield* folder])
      expect(error).toBe(null)
      expect(text.match(/ intact$/gm)).toHaveLength(3)
    })
  )

  it.effect("fails on a flipped bit, and names the checkpoint and the tensor", () =>
    Effect.gen(function* () {
      const path = yield* folder
      flipLastBit(join(path, file(2)))
      const { error, text } = yield* printed(verify, [path])
      expect(error).toMatchObject({ message: "1 of 3 checkpoints is damaged or unreadable" })
      expect(text.match(/ intact$/gm)).toHaveLength(2)
      // The intact header tells its position.
      expect(text).toMatch(/^2 +0 +epoch-0002-\S+ +damaged$/m)
      expect(text).toMatch(/epoch-0002-\S+ is damaged: .*model_state_dict\.mask/)
    })
  )

  // Earlier releases saved checkpoints without checking.
  it.effect("marks non-finite weights; list marks those that say so in the header", () =>
    Effect.gen(function* () {
      const path = mkdtempSync(join(tmpdir(), "holdfast-"))
      const store = yield* CheckpointStore
      const { save } = yield* store.open(path, { retention: keepAll })
      const nan = { dtype: "F32" as const, shape: [1], bytes: Effect.succeed(bytesOf(NaN)) }
      const tensors = new Map([["model_state_dict.a", nan]])
      yield* save({ ...sample(1), tensors }, "latest")
      yield* save({ meta: sampleMeta(2, 1, { finite: false }), tensors }, "latest")
      const verified = yield* printed(verify, [path])
      expect(verified.error).toBe(null)
      expect(verified.text.match(/intact, non-finite weights/g)).toHaveLength(2)
      const listed = yield* printed(list, [path, "--json"])
      expect(JSON.parse(listed.text).map((one: { finite: unknown }) => one.finite)).toEqual([
        false,
        null
      ])
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.provide(CheckpointStore.file, NodeFileSystem.layer))
    )
  )

  it.effect("verifies one file, for programs", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "latest_checkpoint.safetensors")
      const intact = yield* printed(verify, [path, "--json"])
      const name = "latest_checkpoint.safetensors"
      expect(JSON.parse(intact.text)).toEqual([
        { path, name, epoch: 3, step: 0, health: "Intact", finite: true, problem: null }
      ])
      truncateSync(path, 5)
      const cut = yield* printed(verify, [path, "--json"])
      expect(cut.error).toMatchObject({ damaged: 1, of: 1 })
      expect(JSON.parse(cut.text)).toMatchObject([{ epoch: null, step: null, health: "Truncated" }])
    })
  )

  it.effect("fails on a missing path", () =>
    Effect.gen(function* () {
      const { error } = yield* printed(verify, ["nowhere"])
      expect(error).toMatchObject({ _tag: "CheckpointError", reason: "NotFound" })
    })
  )
})

describe("holdfast pin", () => {
  it.effect("marks a checkpoint as pinned until it is unpinned", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const best = join(path, "best_model.safetensors")
      const pinned = yield* printed(pin, [best])
      expect(pinned.text).toBe(`pinned ${join(path, file(2))}: kept until holdfast unpin\n`)
      expect(existsSync(join(path, `${file(2)}.pin`))).toBe(true)
      const unpinned = yield* printed(unpin, [join(path, file(2))])
      expect(unpinned.text).toContain(`unpinned ${join(path, file(2))}: `)
      expect(existsSync(join(path, `${file(2)}.pin`))).toBe(false)
    })
  )

  it.effect("fails on a missing checkpoint", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "none.safetensors")
      expect((yield* printed(pin, [path])).error).toMatchObject({ reason: "NotFound" })
    })
  )
})
