import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { statfs } from "node:fs/promises"

/** How many bytes this user can still write in a folder; none where the system does not report it. */
export class DiskSpace extends Context.Reference<DiskSpace>()("holdfast/DiskSpace", {
  defaultValue: () => ({
    available: (folder: string): Effect.Effect<Option.Option<number>> =>
      Effect.tryPromise(() => statfs(folder)).pipe(
        Effect.map(({ bavail, blocks, bsize }) =>
          // File systems that do not count their blocks report zero.
          blocks === 0 ? Option.none() : Option.some(bavail * bsize)
        ),
        Effect.orElseSucceed(() => Option.none())
      )
  })
}) {}
