import * as FileSystem from "@effect/platform/FileSystem"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer as platform } from "../../src/io/NodePlatform.js"
import * as FileLedger from "../../src/sweep/FileLedger.js"
import { ledgerContract } from "./ledgerContract.js"

describe("FileLedger", () => {
  it.scopedLive.each(ledgerContract)("$title", ({ run }) =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const folder = yield* fileSystem.makeTempDirectoryScoped({ prefix: "holdfast-ledger-" })
      const { ledger } = yield* FileLedger.open(folder, { force: false })
      yield* run(ledger)
    }).pipe(Effect.provide(platform))
  )
})
