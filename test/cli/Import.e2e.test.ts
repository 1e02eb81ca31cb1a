import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { importModel } from "../../src/cli/commands/Import.js"
import { fixture } from "../models/fixtures.js"
import { printed } from "./command.js"

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
})
