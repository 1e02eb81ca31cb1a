import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"

/** The name of the config file that a run looks for without `--config`. */
export const usualConfig = "config.json"

/**
 * The config file for the pipeline file at `pipeline` without `--config`: config.json in the working
 * directory; else the one beside the pipeline or in the nearest folder above it, within its package.
 */
export const configFor = Effect.fn("configFor")(function* (pipeline: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const isThere = (path: string) => Effect.orElseSucceed(fileSystem.exists(path), () => false)
  if (yield* isThere(usualConfig)) return usualConfig
  let folder = paths.dirname(pipeline)
  for (;;) {
    const candidate = paths.join(folder, usualConfig)
    if (yield* isThere(candidate)) return candidate
    const above = paths.join(folder, "..")
    const isTop = paths.resolve(above) === paths.resolve(folder)
    if (isTop || (yield* isThere(paths.join(folder, "package.json")))) return usualConfig
    folder = above
  }
})
