import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "../io/NodeFileSystem.js"

/** A new folder that is removed with the scope. */
export const temporaryFolder = FileSystem.FileSystem.pipe(
  Effect.flatMap((fileSystem) => fileSystem.makeTempDirectoryScoped({ prefix: "holdfast-" })),
  Effect.provide(NodeFileSystem.layer)
)
