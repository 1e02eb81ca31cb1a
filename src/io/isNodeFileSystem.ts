import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { lookUpOnce } from "./lookUpOnce.js"
import * as NodeFileSystem from "./NodeFileSystem.js"

const ours = Effect.runSync(Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer))

/** That of `@effect/platform-node`, which a program may have provided; null where it is not installed. */
const platform = lookUpOnce(
  Effect.tryPromise(() => import("@effect/platform-node/NodeFileSystem")).pipe(
    Effect.flatMap(({ layer }) => Effect.provide(FileSystem.FileSystem, layer)),
    Effect.orElseSucceed(() => null)
  )
)

/**
 * Whether the file system service is Node's own. Only then do Node's functions see the same files as
 * the service, and can be used for what the service does not offer.
 */
export const isNodeFileSystem: Effect.Effect<boolean, never, FileSystem.FileSystem> = Effect.gen(
  function* () {
    const { open } = yield* FileSystem.FileSystem
    return open === ours.open || open === (yield* platform)?.open
  }
)
