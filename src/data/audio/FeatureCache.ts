import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import * as AtomicFile from "../../file/AtomicFile.js"
import * as Observer from "../../observe/Observer.js"
import * as Pack from "./FeatureCache/Pack.js"
import type { Features } from "./Windows.js"

/** The features of a corpus as last computed, by the sha256 of the recording's bytes. */
export interface FeatureCache {
  readonly path: string
  readonly features: ReadonlyMap<string, Features>
  /** Puts others in their place. Failing to is told to the observer, and costs only time. */
  readonly replace: (
    features: ReadonlyMap<string, Features>
  ) => Effect.Effect<void, never, FileSystem.FileSystem | Observer.Observer>
}

/**
 * Opens the cache of the corpus at `root` for features computed by `parameters`: one pack file in
 * `folder`, replaced as a whole, so that several processes can use it at once. A pack that is
 * damaged, or of other parameters, is said to be and taken for empty.
 */
export const open = Effect.fn("FeatureCache.open")(function* (
  folder: string,
  root: string,
  parameters: string
) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const name = createHash("sha256")
    .update(`${paths.resolve(root)}\n${parameters}`)
    .digest("hex")
    .slice(0, 16)
  const path = paths.join(folder, `${name}.features`)

  const pack = yield* fs.readFile(path).pipe(
    Effect.map((bytes) => Pack.decode(bytes, parameters)),
    Effect.catchAll((error) =>
      Effect.succeed(
        error._tag === "SystemError" && error.reason === "NotFound"
          ? Either.right(new Map<string, Features>())
          : Either.left(error.message)
      )
    )
  )
  if (Either.isLeft(pack)) {
    yield* warn(`${path} is not used and will be made again: ${pack.left}`)
  }

  const cache: FeatureCache = {
    path,
    features: Either.getOrElse(pack, () => new Map<string, Features>()),
    replace: (features) =>
      fs.makeDirectory(folder, { recursive: true }).pipe(
        Effect.zipRight(AtomicFile.writeFile(path, Pack.encode(features, parameters))),
        Effect.catchAll((error) =>
          warn(`features could not be kept in ${path} and will be computed again: ${error.message}`)
        )
      )
  }
  return cache
})

const warn = (message: string) => Observer.emit({ _tag: "Notice", level: "warning", message })
