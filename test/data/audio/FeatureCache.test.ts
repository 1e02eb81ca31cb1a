import * as FileSystem from "@effect/platform/FileSystem"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as FeatureCache from "../../../src/data/audio/FeatureCache.js"
import * as TestFiles from "./TestFiles.js"

const features = new Map([
  ["aa", Float32Array.of(1, -2.5, Math.fround(0.1))],
  ["bb", new Float32Array(0)],
  ["cc", Float32Array.of(7)]
])

const open = (folder: string, root = "voices", parameters = '{"mels":40}') =>
  TestFiles.listen(FeatureCache.open(folder, root, parameters))

/** A folder with a pack of `features` in it. */
const filled = Effect.gen(function* () {
  const folder = path.join(yield* TestFiles.temporaryFolder, "deep", "features")
  const { heard, result } = yield* open(folder)
  expect([heard, result.features.size]).toEqual([[], 0])
  yield* TestFiles.listen(result.replace(features))
  return { folder, file: result.path }
})

layer(TestFiles.layer)("FeatureCache", (it) => {
  it.scoped("gives back what was put into it, to the bit", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { file, folder } = yield* filled
      const { heard, result } = yield* open(folder)
      expect(heard).toEqual([])
      expect(result.features).toEqual(features)
      expect(yield* fs.readDirectory(folder)).toEqual([path.basename(file)])
    })
  )

  it.scoped("holds what was put into it last, and nothing else", () =>
    Effect.gen(function* () {
      const { folder } = yield* filled
      const fewer = new Map([["dd", Float32Array.of(3)]])
      yield* TestFiles.listen((yield* open(folder)).result.replace(fewer))
      expect((yield* open(folder)).result.features).toEqual(fewer)
    })
  )

  it.scoped("keeps corpora and parameters apart", () =>
    Effect.gen(function* () {
      const { folder } = yield* filled
      expect((yield* open(folder, "others")).result.features.size).toBe(0)
      expect((yield* open(folder, "voices", '{"mels":41}')).result.features.size).toBe(0)
      expect((yield* open(folder, "./voices")).result.features.size).toBe(3)
    })
  )

  it.scoped("does not trust a pack with one bit wrong, wherever it is, nor a shorter one", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { file, folder } = yield* filled
      const whole = yield* fs.readFile(file)
      const damaged = [...whole.keys()].map((at) => {
        const bytes = whole.slice()
        bytes[at] = bytes[at]! ^ 1
        return bytes
      })
      for (const bytes of [...damaged, whole.slice(0, -1), whole.slice(0, 30), new Uint8Array(0)]) {
        yield* fs.writeFile(file, bytes)
        const { heard, result } = yield* open(folder)
        expect(result.features.size).toBe(0)
        expect(heard.length).toBe(1)
        expect(heard[0]).toContain(`warning: ${file} is not used and will be made again: it is `)
      }
    })
  )

  it.scoped("does not trust a pack that was made with other parameters and renamed", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { file, folder } = yield* filled
      const other = (yield* open(folder, "voices", "{}")).result.path
      yield* fs.rename(file, other)
      const { heard, result } = yield* open(folder, "voices", "{}")
      expect(result.features.size).toBe(0)
      expect(heard[0]).toContain("it holds the features of other parameters")
    })
  )

  it.scoped("that cannot be written is a warning", () =>
    Effect.gen(function* () {
      const folder = path.join(yield* TestFiles.temporaryFolder, "occupied")
      yield* TestFiles.writeFiles(path.dirname(folder), { occupied: Uint8Array.of(1) })
      const { result } = yield* open(folder)
      const { heard } = yield* TestFiles.listen(result.replace(features))
      expect(heard.length).toBe(1)
      expect(heard[0]).toContain(`warning: features could not be kept in ${result.path}`)
    })
  )

  it.scoped("can be written by several at once", () =>
    Effect.gen(function* () {
      const { folder } = yield* filled
      const { result } = yield* open(folder)
      const replacements = Array.from({ length: 8 }, (_, i) => new Map([["k", Float32Array.of(i)]]))
      yield* Effect.forEach(replacements, (map) => TestFiles.listen(result.replace(map)), {
        concurrency: "unbounded"
      })
      const after = yield* open(folder)
      expect(after.heard).toEqual([])
      expect(replacements).toContainEqual(after.result.features)
    })
  )
})
