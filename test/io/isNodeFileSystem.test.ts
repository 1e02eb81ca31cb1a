import * as FileSystem from "@effect/platform/FileSystem"
import * as Platform from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { isNodeFileSystem } from "../../src/io/isNodeFileSystem.js"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"

describe("isNodeFileSystem", () => {
  it.effect.each([
    ["Holdfast", NodeFileSystem.layer, true],
    ["@effect/platform-node", Platform.layer, true],
    ["another file system", FileSystem.layerNoop({}), false]
  ] as const)("with the layer of %s", ([, layer, expected]) =>
    Effect.gen(function* () {
      expect(yield* Effect.provide(isNodeFileSystem, layer)).toBe(expected)
    })
  )
})
