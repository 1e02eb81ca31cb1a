import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Checkpoints, Holdfast } from "holdfast"
import { importModel } from "../../src/cli/commands/Import.js"
import { fixture } from "../models/fixtures.js"
import { printed } from "./command.js"
import { holdfast } from "./holdfast.js"

/** The bytes of the weights in the latest checkpoint of a folder, and where its run began. */
const latest = (folder: string) =>
  Effect.gen(function* () {
    const { latest } = yield* Checkpoints.open(folder)
    const { meta, tensors } = Option.getOrThrow(yield* latest).checkpoint
    const weights = [...tensors].filter(([name]) => name.startsWith("model_state_dict."))
    const bytes = yield* Effect.forEach(weights, ([name, { bytes }]) =>
      Effect.map(bytes, (found) => [name, Buffer.from(found).toString("hex")] as const)
    )
    return { meta, bytes: Object.fromEntries(bytes) }
  }).pipe(Effect.provide(Holdfast.fileStore))

describe("holdfast import", () => {
  it.live("describes a file, as JSON too", () =>
    Effect.gen(function* () {
      const { text } = yield* printed(importModel, [fixture("images.pth")])
      expect(text).toContain("best_val_loss: 1")
      expect(text).toMatch(/features\.0\.weight +\[4, 2, 3, 3\] +features\.0/)
      const { text: json } = yield* printed(importModel, [fixture("images.pth"), "--json"])
      const shown = JSON.parse(json) as Record<string, unknown>
      expect(shown).toMatchObject({ format: "pytorch", optimizer: { step: 5 }, info: { epoch: 5 } })
    })
  )

  it.live.each<readonly [string, ReadonlyArray<string>, RegExp]>([
    [
      "an option that needs a pipeline",
      [fixture("images.pth"), "--partial"],
      /--partial needs a pipeline/
    ],
    [
      "a map without =",
      [fixture("images.pth"), "p.ts", "--map", "a"],
      /--map is a; write FILE=MODEL/
    ],
    ["a file that is not there", ["nothing.pth"], /nothing\.pth does not exist \(check the path\)/],
    ["a complete model", [fixture("complete-model.pth")], /names __main__\.Signals/]
  ])("refuses %s", ([, words, message]) =>
    Effect.gen(function* () {
      const { error } = yield* printed(importModel, words)
      expect((error as Error).message).toMatch(message)
    })
  )

  it.scopedLive("writes the first checkpoint of a run, from which run trains on", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const cwd = fileURLToPath(new URL("../../examples/from-pytorch", import.meta.url))
      const set = [`training.checkpoint_dir=${folder}/run`, "training.num_epochs=1"].flatMap(
        (one) => ["--set", one]
      )
      const into = (...options: ReadonlyArray<string>) =>
        Effect.promise(() =>
          holdfast(["import", "pretrained.pth", "pipeline.ts", ...set, ...options], { cwd })
        )

      expect(yield* into()).toMatchObject({ code: 0, err: "" })
      const dry = join(folder, "dry")
      const [tried, refused] = yield* Effect.all(
        [into("--dry-run", "--set", `training.checkpoint_dir=${dry}`), into()],
        { concurrency: "unbounded" }
      )
      expect(tried).toMatchObject({ code: 0, err: "" })
      expect(tried.out).toContain("10 weights loaded")
      expect(tried.out).toContain("dry run: nothing was written")
      expect(existsSync(dry)).toBe(false)
      expect(refused.code).toBe(1)
      expect(refused.err).toContain("the folder already holds a run")

      const { code, out } = yield* into("--freeze", "features_*", "--replace")
      expect(code).toBe(0)
      expect(out).toContain("8 of them are frozen")
      expect(readdirSync(join(folder, "run", "archive"))).toHaveLength(1)
      const before = yield* latest(join(folder, "run"))
      expect(before.meta).toMatchObject({
        epoch: 0,
        initialized_from: { path: "pretrained.pth", format: "pytorch", loaded: 10 }
      })
      expect(before.meta.initialized_from!.frozen).toHaveLength(8)

      const run = yield* Effect.promise(() =>
        holdfast(["run", "pipeline.ts", "--resume", "latest", ...set], { cwd })
      )
      expect(run.code).toBe(0)
      const after = yield* latest(join(folder, "run"))
      expect(after.meta.epoch).toBe(1)
      expect(after.meta.initialized_from).toStrictEqual(before.meta.initialized_from)
      const changed = Object.keys(before.bytes).filter(
        (name) => before.bytes[name] !== after.bytes[name]
      )
      expect(changed.sort()).toStrictEqual([
        "model_state_dict.classifier.bias",
        "model_state_dict.classifier.kernel"
      ])
    })
  )
})
