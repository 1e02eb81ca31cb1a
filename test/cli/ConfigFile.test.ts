import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as NodePath from "@effect/platform-node/NodePath"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { configFor } from "../../src/cli/ConfigFile.js"

/** What is found for the pipeline `project/pipelines/a/own.ts` among `files`. */
const found = (...files: ReadonlyArray<string>) =>
  configFor("project/pipelines/a/own.ts").pipe(
    Effect.provide([
      NodePath.layer,
      FileSystem.layerNoop({ exists: (path) => Effect.succeed(files.includes(path)) })
    ])
  )

describe("configFor", () => {
  it.effect("prefers the working directory, then the pipeline's folder and those above it", () =>
    Effect.gen(function* () {
      expect(yield* found("config.json", "project/pipelines/a/config.json")).toBe("config.json")
      expect(yield* found("project/config.json", "project/pipelines/a/config.json")).toBe(
        "project/pipelines/a/config.json"
      )
      expect(yield* found("project/config.json", "project/package.json")).toBe(
        "project/config.json"
      )
    })
  )

  it.effect("does not leave the pipeline's package, and ends at the top", () =>
    Effect.gen(function* () {
      expect(yield* found("project/config.json", "project/pipelines/package.json")).toBe(
        "config.json"
      )
      expect(yield* found()).toBe("config.json")
    })
  )

  it.effect("finds that of this project from elsewhere", () =>
    Effect.gen(function* () {
      const path = `${process.cwd()}/pipelines/speaker.ts`
      expect(yield* configFor(path)).toBe("config.json")
    }).pipe(Effect.provide([NodeFileSystem.layer, NodePath.layer]))
  )
})
