import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"

/** Flips the last bit of a file: of its last tensor. */
export const damage = (file: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const bytes = yield* fs.readFile(file)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    yield* fs.writeFile(file, bytes)
  })
