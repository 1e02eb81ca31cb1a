import * as Effect from "effect/Effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Limits } from "../../../src/data/text/load.js"
import { temporaryFolder } from "../../../src/testing/TemporaryFolder.js"

/** A folder with these files. */
export const folderOf = (files: Readonly<Record<string, string | Uint8Array>>) =>
  Effect.map(temporaryFolder, (folder) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return folder
  })

/** Keeps all tokens in files. */
export const inFiles = Effect.provideService(Limits, { fileBytes: 0, tokenBytes: 0 })
