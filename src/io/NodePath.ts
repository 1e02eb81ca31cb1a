import { BadArgument } from "@effect/platform/Error"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodePath from "node:path"
import * as NodeUrl from "node:url"

const attempt = <A>(method: string, body: () => A): Effect.Effect<A, BadArgument> =>
  Effect.try({
    try: body,
    catch: (cause) => new BadArgument({ module: "Path", method, description: String(cause), cause })
  })

/** The paths of this machine, as `NodePath.layer` of `@effect/platform-node` gives them. */
export const layer: Layer.Layer<Path.Path> = Layer.succeed(
  Path.Path,
  Path.Path.of({
    [Path.TypeId]: Path.TypeId,
    ...NodePath,
    fromFileUrl: (url) => attempt("fromFileUrl", () => NodeUrl.fileURLToPath(url)),
    toFileUrl: (path) => attempt("toFileUrl", () => NodeUrl.pathToFileURL(path))
  })
)
