import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as CheckpointFile from "../support/checkpointFile.js"
import { inspect } from "../../src/cli/commands/Inspect.js"
import { sample } from "../checkpointing/sample.js"
import { digestOf } from "../support/checkpoints.js"
import { printed } from "./command.js"

/** What `holdfast inspect` prints of a sample checkpoint, after `change` to its file. */
const inspecting = (json: boolean, change: (path: string) => void = () => {}) =>
  Effect.gen(function* () {
    const path = join(mkdtempSync(join(tmpdir(), "holdfast-")), "best.safetensors")
    yield* CheckpointFile.write(path, sample(3, 0.25, { step: 5 }))
    change(path)
    return yield* printed(inspect, json ? [path, "--json"] : [path])
  }).pipe(Effect.provide(NodeFileSystem.layer))

it.effect("prints everything for programs, with numbers that JSON lacks", () =>
  Effect.gen(function* () {
    const printed = JSON.parse((yield* inspecting(true)).text)
    expect(printed).toMatchObject({
      epoch: 3,
      step: 5,
      best_val_loss: 0.25,
      train_history: [{ epoch: 3, learning_rate: 0.01, val_loss: 0.25, train_loss: "NaN" }],
      config: { training: { num_epochs: 10 } }
    })
    const levels = printed.tensors.find(({ name }: { name: string }) => name.endsWith("levels"))
    expect(levels).toEqual({
      name: "model_state_dict.levels",
      dtype: "U8",
      shape: [1, 2],
      digest: digestOf(Uint8Array.of(3, 255))
    })
    expect(printed.tensors).toHaveLength(6)
  })
)

it.effect("prints position, metrics, tensors and config for people", () =>
  Effect.gen(function* () {
    const { text: printed } = yield* inspecting(false)
    expect(printed).toContain("epoch          3 finished, 5 steps into the next\n")
    expect(printed).toContain("best           val loss 0.25 in epoch 3\n")
    expect(printed).toMatch(/\nepoch +val_loss +train_loss +learning_rate +seconds\n/)
    expect(printed).toMatch(/\n3 +0\.25 +NaN +0\.01 +1\.0\n/)
    expect(printed).toMatch(/\nmodel_state_dict\.levels +U8 +\[1, 2\] +[0-9a-f]{16}\n/)
    expect(printed).toContain('"num_epochs": 10')
  })
)

it.effect("prints nothing of a damaged file", () =>
  Effect.gen(function* () {
    const { error, text } = yield* inspecting(true, (path) => {
      const bytes = readFileSync(path)
      bytes[bytes.length - 1]! ^= 1
      writeFileSync(path, bytes)
    })
    expect(text).toBe("")
    expect(error).toMatchObject({ _tag: "CheckpointError", reason: "Damaged" })
  })
)
