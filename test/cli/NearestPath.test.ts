import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { missingPath, nearestPath } from "../../src/cli/NearestPath.js"
import { ConfigError } from "../../src/config/ConfigError.js"
import { CheckpointError } from "../../src/checkpointing/CheckpointError.js"

describe("nearestPath", () => {
  it.effect.each<readonly [string, string | null]>([
    ["pipelines/speakr.ts", "pipelines/speaker.ts"],
    ["./confg.json", "./config.json"],
    ["pipeline/speaker.ts", "pipelines/speaker.ts"],
    ["pipeline/speakr.ts", "pipelines/speaker.ts"],
    ["checkpints", "checkpoints"],
    ["pipelines/nothing-like-it", null],
    ["/nowhere/at/all.ts", null]
  ])("of %s is %s", ([path, near]) =>
    Effect.map(nearestPath(path), (found) => expect(found).toBe(near))
  )
})

describe("missingPath", () => {
  it("is the one that an error names", () => {
    const reason = { _tag: "NotFound", file: "a.json" } as const
    expect(missingPath(new ConfigError({ reason }))).toBe("a.json")
    expect(missingPath(new CheckpointError({ reason: "NotFound", path: "b", detail: "" }))).toBe(
      "b"
    )
    expect(missingPath(new CheckpointError({ reason: "Locked", path: "b", detail: "" }))).toBe(null)
    expect(missingPath("NotFound")).toBe(null)
  })
})
