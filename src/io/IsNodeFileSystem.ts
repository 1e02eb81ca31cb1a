import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "./NodeFileSystem.js"

const node = Effect.runSync(
  Effect.cached(Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer))
)

/**
 * Whether the file system is Node's own: only then do Node's functions see the same files as the
 * service, so that what the service does not offer can be had from them.
 */
export const areOurs: Effect.Effect<boolean, never, FileSystem.FileSystem> = Effect.zipWith(
  FileSystem.FileSystem,
  node,
  (fs, { open }) => fs.open === open
)
