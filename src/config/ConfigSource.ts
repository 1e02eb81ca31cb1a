import * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Errno from "../file/Errno.js"
import * as Config from "./Config.js"
import { ConfigError } from "./ConfigError.js"
import * as JsonText from "./JsonText.js"
import * as Overrides from "./Overrides.js"

/** Where the configuration of a run is read from: a file, and the fields set over it. */
export class ConfigSource extends Context.Tag("holdfast/ConfigSource")<
  ConfigSource,
  Config.Origin
>() {
  /**
   * Reads `path` ("config.json" unless given), with `overrides` written as after `--set`:
   * "training.num_epochs=150". Fails with `BadOverride` where one is not of that form.
   */
  static readonly layer = (
    options: { readonly path?: string; readonly overrides?: ReadonlyArray<string> } = {}
  ): Layer.Layer<ConfigSource, ConfigError> =>
    Layer.effect(
      ConfigSource,
      Effect.map(Either.all((options.overrides ?? []).map(Overrides.parse)), (overrides) => ({
        path: options.path ?? "config.json",
        overrides
      }))
    )
}

/** Reads, overrides and validates the configuration of this run. */
export const loadConfig = Effect.fn("ConfigSource.loadConfig")(function* <A, I>(
  schema: Schema.Schema<A, I>
) {
  const source = yield* ConfigSource
  const fileSystem = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(fileSystem.readFileString(source.path), (cause) =>
    notRead(source.path, cause)
  )
  const json = yield* JsonText.parse(text, source.path)
  return yield* Config.decode(schema, json, source)
})

const notRead = (file: string, cause: PlatformError): ConfigError =>
  new ConfigError({
    reason:
      cause._tag === "SystemError" && cause.reason === "NotFound"
        ? { _tag: "NotFound", file }
        : {
            _tag: "Unreadable",
            file,
            detail:
              Errno.code(cause) === "EISDIR" ? "it is a folder; name a file in it" : cause.message
          }
  })
