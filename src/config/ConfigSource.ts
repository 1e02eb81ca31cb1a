import * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Errno from "../io/Errno.js"
import * as OpenFile from "../io/OpenFile.js"
import { t } from "../language/Text.js"
import { decode, type Origin } from "./DecodeConfig.js"
import { ConfigError } from "./ConfigError.js"
import * as JsonText from "./JsonText.js"
import * as Overrides from "./Overrides.js"

/** Where the configuration of a run is read from: a file, and the fields set over it. */
export class ConfigSource extends Context.Tag("holdfast/ConfigSource")<
  ConfigSource,
  Origin & {
    /** The configuration itself, where it is given in code; `path` then is its name in errors. */
    readonly json?: unknown
  }
>() {
  /**
   * Takes `json`, or reads the file at `path` ("config.json" unless given). `overrides` are written as
   * after `--set`, "training.num_epochs=150", or by path: `{ "training.num_epochs": 150 }`. Fails with
   * `BadOverride` where one is not of that form.
   */
  static readonly layer = (
    options: {
      readonly path?: string | undefined
      readonly json?: unknown
      readonly overrides?: ReadonlyArray<string> | Readonly<Record<string, unknown>> | undefined
    } = {}
  ): Layer.Layer<ConfigSource, ConfigError> => {
    const { json, overrides = [], path } = options
    return Layer.effect(
      ConfigSource,
      Effect.map(
        Either.all(
          isTexts(overrides)
            ? overrides.map(Overrides.parse)
            : Object.entries(overrides).map(([path, value]) => Overrides.make(path, value))
        ),
        (overrides) =>
          json === undefined
            ? { path: path ?? "config.json", overrides }
            : { path: path ?? t`the configuration in code`, json, overrides }
      )
    )
  }
}

const isTexts = (
  overrides: ReadonlyArray<string> | Readonly<Record<string, unknown>>
): overrides is ReadonlyArray<string> => Array.isArray(overrides)

/** Reads, overrides and validates the configuration of this run. */
export const loadConfig = Effect.fn("ConfigSource.loadConfig")(function* <A, I>(
  schema: Schema.Schema<A, I>
) {
  const source = yield* ConfigSource
  return yield* decode(schema, source.json ?? (yield* readJson(source.path)), source)
})

/** The JSON in a file. */
export const readJson = Effect.fnUntraced(function* (path: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const bytes = yield* Effect.mapError(
    Effect.zipRight(OpenFile.requireRegular(path), fileSystem.readFile(path)),
    (cause) => notRead(path, cause)
  )
  return yield* JsonText.parse(yield* decoded(bytes, path), path)
})

/** The text of a file, or in what encoding it is instead of UTF-8. */
const decoded = (bytes: Uint8Array, file: string): Either.Either<string, ConfigError> =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => t`its bytes are no UTF-8 text`
  }).pipe(
    Either.filterOrLeft(
      (text) => !text.includes("\0"),
      () => t`it holds zero bytes`
    ),
    Either.mapLeft((detail) => {
      const [first, second] = bytes
      const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
      const found = isWide || first === 0 || second === 0 ? t`it is UTF-16 text` : detail
      return new ConfigError({
        reason: { _tag: "Unreadable", file, detail: t`${found}; save it as UTF-8` }
      })
    })
  )

const notRead = (file: string, cause: PlatformError): ConfigError =>
  new ConfigError({
    reason:
      cause._tag === "SystemError" && cause.reason === "NotFound"
        ? { _tag: "NotFound", file }
        : {
            _tag: "Unreadable",
            file,
            detail:
              Errno.code(cause) === "EISDIR"
                ? t`it is a folder; name a file in it`
                : (OpenFile.whyNotRegular(cause) ?? cause.message)
          }
  })
