import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { SpeakerConfig } from "../../pipelines/speaker/SpeakerConfig.js"
import { ConfigSource, loadConfig } from "../../src/config/ConfigSource.js"
import { jsonSchemaText } from "../../src/config/JsonSchema.js"

describe("the speaker pipeline's configuration", () => {
  it.effect("is described by config.schema.json (if not: npm run config-schema)", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const written = yield* fileSystem.readFileString("config.schema.json")
      expect(written).toBe(jsonSchemaText(SpeakerConfig))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("is valid as it stands in config.json, which names its schema", () =>
    Effect.gen(function* () {
      const config = yield* loadConfig(SpeakerConfig)
      expect(config.$schema).toBe("./config.schema.json")
    }).pipe(Effect.provide([ConfigSource.layer(), NodeFileSystem.layer]))
  )
})
