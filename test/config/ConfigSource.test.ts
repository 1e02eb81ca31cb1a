import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { ConfigSource, loadConfig } from "../../src/config/ConfigSource.js"
import { ExampleConfig, minimal } from "./ExampleConfig.js"

/** Loads a file of this text from a folder of its own; messages name it config.json. */
const load = (text: string | Uint8Array, ...overrides: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const folder = yield* fileSystem.makeTempDirectoryScoped()
    const path = `${folder}/config.json`
    yield* fileSystem.writeFile(path, Buffer.from(text))
    return yield* loadConfig(ExampleConfig).pipe(
      Effect.provide(ConfigSource.layer({ path, overrides })),
      Effect.mapError((error) => error.message.replaceAll(`${folder}/`, ""))
    )
  }).pipe(Effect.provide(NodeFileSystem.layer))

describe("loadConfig", () => {
  it.scoped("reads the file and sets the overrides", () =>
    Effect.gen(function* () {
      const config = yield* load(
        JSON.stringify(minimal),
        "training.num_epochs=150",
        "data.root=../recordings"
      )
      expect(config.training.num_epochs).toBe(150)
      expect(config.training.seed).toBe(7)
      expect(config.data.root).toBe("../recordings")
    })
  )

  it.scoped("says where the file is not JSON", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(load("{\n  training\n}"))).toBe(
        "config.json:2:3: not JSON: expected a value or a name in double quotes, found training"
      )
    })
  )

  it.scoped("says that the file is UTF-16, or no text at all", () =>
    Effect.gen(function* () {
      const text = JSON.stringify(minimal)
      const wide = "config.json: cannot be read: it is UTF-16 text; save it as UTF-8"
      expect(yield* Effect.flip(load(Buffer.from(`\uFEFF${text}`, "utf16le")))).toBe(wide)
      expect(yield* Effect.flip(load(Buffer.from(text, "utf16le")))).toBe(wide)
      expect(yield* Effect.flip(load(Buffer.from(`\uFEFF${text}`, "utf16le").swap16()))).toBe(wide)
      expect(yield* Effect.flip(load(Buffer.from([0x7b, 0xff, 0x7d])))).toBe(
        "config.json: cannot be read: its bytes are no UTF-8 text; save it as UTF-8"
      )
    })
  )

  it.scoped("refuses what is no object, also under overrides", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(load("[]", "training.seed=1"))).toBe(
        "config.json is not valid:\n  the configuration: found []; allowed: an object"
      )
    })
  )

  it.scoped("names the file that is not valid", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(load(JSON.stringify({ ...minimal, data: {} })))).toBe(
        "config.json is not valid:\n  data.root: missing; allowed: a non-empty string or null"
      )
    })
  )

  it.scoped("refuses a malformed override before it reads the file", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(load("not read", "num_epochs"))).toBe(
        "--set num_epochs: there is no =; for example --set training.num_epochs=150"
      )
    })
  )

  it.effect("looks for config.json, and says that there is none", () =>
    Effect.gen(function* () {
      const missing = FileSystem.layerNoop({})
      const error = yield* loadConfig(ExampleConfig).pipe(
        Effect.provide([ConfigSource.layer(), missing]),
        Effect.flip
      )
      expect(error.reason).toEqual({ _tag: "NotFound", file: "config.json" })
      expect(error.message).toBe(
        "config.json: there is no such file; name another with --config PATH"
      )
    })
  )

  it.scoped("says that a folder cannot be read", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = yield* fileSystem.makeTempDirectoryScoped()
      const error = yield* loadConfig(ExampleConfig).pipe(
        Effect.provide(ConfigSource.layer({ path })),
        Effect.flip
      )
      expect(error.reason).toMatchObject({ _tag: "Unreadable", file: path })
      expect(error.message).toContain(`${path}: cannot be read: `)
      expect(error.message).toContain("it is a folder; name a file in it")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scoped("refuses a pipe at once, though nobody writes to it", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const path = `${yield* fileSystem.makeTempDirectoryScoped()}/config.json`
      execFileSync("mkfifo", [path])
      const error = yield* Effect.flip(
        Effect.provide(loadConfig(ExampleConfig), ConfigSource.layer({ path }))
      )
      expect(error.message).toContain("it is a named pipe, not a regular file")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
