import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"

/**
 * Whether the file system is Node's own: only then do Node's functions see the same files as the
 * service, so that what the service does not offer can be had from them.
 */
export const areOurs: Effect.Effect<boolean, never, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const fs = yield* FileSystem.FileSystem
    const node = yield* Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)
    return fs.open === node.open
  }
)
