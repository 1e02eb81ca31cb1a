import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "./NodeFileSystem.js"

const node = Effect.runSync(
  Effect.cached(Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer))
)

/**
 * Whether the file system service is Node's own. Only then do Node's functions see the same files as
 * the service, and can be used for what the service does not offer.
 */
export const isNodeFileSystem: Effect.Effect<boolean, never, FileSystem.FileSystem> =
  Effect.zipWith(FileSystem.FileSystem, node, (fs, { open }) => fs.open === open)
