import * as FileSystem from "@effect/platform/FileSystem"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as path from "node:path"
import type { DataError } from "../../src/data/DataError.js"
import * as FeatureCache from "../../src/audio/FeatureCache.js"
import * as Entry from "../../src/audio/FeatureCache/Entry.js"
import * as TestFiles from "./TestFiles.js"

type Contents = Readonly<Record<string, Float32Array>>

const features: Contents = {
  aa: Float32Array.of(1, -2.5, Math.fround(0.1)),
  bb: Float32Array.of(0, 0),
  cc: Float32Array.of(7)
}

const open = (folder: string, root = "voices", parameters = '{"mels":40}') =>
  TestFiles.listen(FeatureCache.open(folder, root, parameters))

/** Adds features in pieces of `size` values, and writes what waits. */
const fill = (cache: FeatureCache.FeatureCache, contents: Contents, size = 2) =>
  Effect.gen(function* () {
    for (const [key, values] of Object.entries(contents)) {
      for (let at = 0; at < values.length; at += size) {
        yield* cache.add(key, values.length, at, values.slice(at, at + size))
      }
    }
    yield* cache.flush
  })

/** What the cache holds of the keys. */
const held = (cache: FeatureCache.FeatureCache, keys = Object.keys(features)) =>
  Effect.gen(function* () {
    const contents: Record<string, Float32Array> = {}
    for (const key of keys) {
      const entry = cache.find(key)
      if (entry)
        contents[key] = (yield* Entry.read([{ entry, first: 0, length: entry[0]!.total }]))[0]!
    }
    return contents
  })

/** A folder with `features` in it, in one file. */
const filled = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = path.join(yield* TestFiles.temporaryFolder, "deep", "features")
  const { heard, result } = yield* open(folder)
  expect([heard, yield* held(result)]).toEqual([[], {}])
  yield* TestFiles.listen(fill(result, features))
  const [name] = yield* fs.readDirectory(result.path)
  return { folder, within: result.path, file: path.join(result.path, name!) }
})

const within =
  (limits: { readonly heldBytes: number; readonly segmentBytes: number }) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.provideService(self, FeatureCache.Limits, limits)

const many = (from: number, to: number): Contents =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, i) => [
      `k${from + i}`,
      Float32Array.from({ length: 10 + i }, (_, j) => 1000 * (from + i) + j)
    ])
  )

layer(TestFiles.layer)("FeatureCache", (it) => {
  it.scoped("gives back what was put into it, to the bit", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { folder, within } = yield* filled
      const { heard, result } = yield* open(folder)
      expect(heard).toEqual([])
      expect(yield* held(result)).toEqual(features)
      expect((yield* fs.readDirectory(within)).length).toBe(1)
    })
  )

  it.scoped("reads any part, from memory or from its files, whatever lies where", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const contents = many(0, 30)
      for (const heldBytes of [0, 200, 1500, 1e6]) {
        const folder = yield* TestFiles.temporaryFolder
        const limits = within({ heldBytes, segmentBytes: 250 })
        const { result: fresh } = yield* limits(open(folder))
        yield* TestFiles.listen(fill(fresh, contents, 7))
        expect((yield* fs.readDirectory(fresh.path)).length).toBeGreaterThan(10)
        const { heard, result: later } = yield* limits(open(folder))
        expect(heard).toEqual([])
        for (const cache of [fresh, later]) {
          expect(yield* held(cache, Object.keys(contents))).toEqual(contents)
          for (const [first, length] of [
            [0, 5],
            [6, 8],
            [13, 1],
            [3, 30]
          ] as const) {
            const entry = cache.find("k25")!
            expect(yield* Entry.read([{ entry, first, length }])).toEqual([
              contents["k25"]!.slice(first, first + length)
            ])
          }
        }
      }
    })
  )

  it.scoped("reads on from files that were removed meanwhile", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { folder } = yield* filled
      const { result } = yield* within({ heldBytes: 0, segmentBytes: 1000 })(open(folder))
      yield* fs.remove(folder, { recursive: true })
      expect(yield* held(result)).toEqual(features)
    })
  )

  it.scoped("does not hold more than it may", () =>
    Effect.gen(function* () {
      const folder = yield* TestFiles.temporaryFolder
      const limits = within({ heldBytes: 400, segmentBytes: 200 })
      const { result: fresh } = yield* limits(open(folder))
      yield* TestFiles.listen(fill(fresh, many(0, 30)))
      const { result: later } = yield* limits(open(folder))
      for (const cache of [fresh, later]) {
        const memory = Object.keys(many(0, 30))
          .flatMap((key) => cache.find(key)!)
          .reduce((sum, piece) => sum + 4 * (piece.memory?.length ?? 0), 0)
        // How much depends on the order of the files, whose names are random.
        expect(memory).toBeGreaterThan(0)
        expect(memory).toBeLessThanOrEqual(400)
      }
    })
  )

  it.scoped("does not give what is not complete, and takes it again from the beginning", () =>
    Effect.gen(function* () {
      const folder = yield* TestFiles.temporaryFolder
      const { result } = yield* open(folder)
      yield* TestFiles.listen(result.add("k", 5, 0, Float32Array.of(1, 2, 3)))
      yield* TestFiles.listen(result.flush)
      expect(result.find("k")).toBeUndefined()
      const { result: later } = yield* open(folder)
      expect(later.find("k")).toBeUndefined()
      yield* TestFiles.listen(fill(later, { k: Float32Array.of(6, 7, 8, 9, 10) }))
      for (const cache of [later, (yield* open(folder)).result]) {
        expect(yield* held(cache, ["k"])).toEqual({ k: expect.anything() })
        expect((yield* held(cache, ["k"]))["k"]!.at(-1)).toBe(10)
      }
    })
  )

  it.scoped("when it is tidied, holds what is used and nothing else, in few files", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { folder, within: place } = yield* filled
      yield* TestFiles.writeFiles(folder, {
        [`${path.basename(place)}.features`]: Uint8Array.of(1)
      })
      for (let i = 0; i < 5; i++) {
        yield* TestFiles.listen(fill((yield* open(folder)).result, many(i, i + 1)))
      }
      const { result } = yield* open(folder)
      // Nothing was added: another run may use what this one does not.
      yield* TestFiles.listen(result.tidy(new Set(["k1"])))
      expect((yield* fs.readDirectory(place)).length).toBe(6)

      yield* TestFiles.listen(fill(result, { dd: Float32Array.of(3) }))
      yield* TestFiles.listen(result.tidy(new Set(["aa", "k2", "k3", "dd"])))
      expect(yield* fs.readDirectory(folder)).toEqual([path.basename(place)])
      expect((yield* fs.readDirectory(place)).length).toBe(1)
      const { heard, result: after } = yield* open(folder)
      const expected = { aa: features["aa"], ...many(2, 3), ...many(3, 4), dd: Float32Array.of(3) }
      const keys = [...Object.keys(features), ...Object.keys(many(0, 5)), "dd"]
      expect([heard, yield* held(after, keys)]).toEqual([[], expected])
      expect(yield* held(result, keys)).toEqual(expected)
    })
  )

  it.scoped("leaves large files as they are when it is tidied", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* TestFiles.temporaryFolder
      const limits = within({ heldBytes: 0, segmentBytes: 300 })
      const { result } = yield* limits(open(folder))
      yield* TestFiles.listen(fill(result, many(0, 40), 20))
      const before = yield* fs.readDirectory(result.path)
      yield* TestFiles.listen(result.tidy(new Set(Object.keys(many(0, 40)))))
      const after = yield* fs.readDirectory(result.path)
      expect(before.filter((name) => !after.includes(name)).length).toBeLessThan(2)
      expect(yield* held(result, Object.keys(many(0, 40)))).toEqual(many(0, 40))
    })
  )

  it.scoped("keeps corpora and parameters apart", () =>
    Effect.gen(function* () {
      const { folder } = yield* filled
      expect(yield* held((yield* open(folder, "others")).result)).toEqual({})
      expect(yield* held((yield* open(folder, "voices", '{"mels":41}')).result)).toEqual({})
      expect(yield* held((yield* open(folder, "./voices")).result)).toEqual(features)
    })
  )

  it.scoped("does not trust a file with one bit wrong, wherever it is, nor a shorter one", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { file, folder } = yield* filled
      const full = yield* fs.readFile(file)
      const damaged = [...full.keys()].map((at) => {
        const bytes = full.slice()
        bytes[at] = bytes[at]! ^ 1
        return bytes
      })
      const shorter = [full.slice(0, -1), full.slice(0, 30), new Uint8Array(0)]
      for (const [i, bytes] of [...damaged, ...shorter].entries()) {
        yield* fs.writeFile(file, bytes)
        const limits = within({ heldBytes: i % 2 === 0 ? 0 : 1e6, segmentBytes: 1000 })
        const { heard, result } = yield* limits(open(folder))
        expect(yield* held(result)).toEqual({})
        expect(heard.length).toBe(1)
        expect(heard[0]).toContain(`warning: ${file} is not used and will be made again: it is `)
      }
    })
  )

  it.scoped("does not open what is no file", () =>
    Effect.gen(function* () {
      const { folder, within } = yield* filled
      execFileSync("mkfifo", [path.join(within, "pipe.features")])
      const { heard, result } = yield* open(folder)
      expect(heard[0]).toContain("pipe.features is not used")
      expect(yield* held(result)).toEqual(features)
    })
  )

  it.scoped("removes a damaged file once its features are there again", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { file, folder, within } = yield* filled
      yield* fs.writeFile(file, Uint8Array.of(1))
      const { result } = yield* open(folder)
      yield* TestFiles.listen(fill(result, features))
      yield* TestFiles.listen(result.tidy(new Set(Object.keys(features))))
      expect(yield* fs.exists(file)).toBe(false)
      expect((yield* fs.readDirectory(within)).length).toBe(1)
      const after = yield* open(folder)
      expect([after.heard, yield* held(after.result)]).toEqual([[], features])
    })
  )

  it.scoped("does not trust a file that was made with other parameters and moved", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { folder, within } = yield* filled
      yield* fs.rename(within, (yield* open(folder, "voices", "{}")).result.path)
      const { heard, result } = yield* open(folder, "voices", "{}")
      expect(yield* held(result)).toEqual({})
      expect(heard[0]).toContain("it holds the features of other parameters")
    })
  )

  it.scoped("that cannot be written is a warning, until there is too much for memory", () =>
    Effect.gen(function* () {
      const folder = path.join(yield* TestFiles.temporaryFolder, "occupied")
      yield* TestFiles.writeFiles(path.dirname(folder), { occupied: Uint8Array.of(1) })
      const { result } = yield* within({ heldBytes: 400, segmentBytes: 100 })(open(folder))
      const some = yield* TestFiles.listen(fill(result, many(0, 6)))
      expect(some.heard.length).toBe(1)
      expect(some.heard[0]).toContain(`warning: features could not be kept in ${result.path}`)
      expect(yield* held(result, Object.keys(many(0, 6)))).toEqual(many(0, 6))
      const tooMuch: DataError = yield* Effect.flip(
        Effect.map(TestFiles.listen(fill(result, many(6, 30))), ({ result }) => result)
      )
      expect(tooMuch.path).toBe(result.path)
      expect(tooMuch.message).toContain("change data.cache_dir")
    })
  )

  it.scoped("is a warning where a folder takes no others, which Node would try without end", () =>
    Effect.gen(function* () {
      const { result } = yield* open(process.platform === "linux" ? "/proc/none" : "/dev/null/none")
      const { heard } = yield* TestFiles.listen(fill(result, features))
      expect(heard[0]).toContain(`warning: features could not be kept in ${result.path}`)
    })
  )

  it.scoped("can be written by several at once", () =>
    Effect.gen(function* () {
      const { folder } = yield* filled
      yield* Effect.forEach(
        Array.from({ length: 8 }, (_, i) => many(i, i + 3)),
        (contents) =>
          Effect.flatMap(open(folder), ({ result }) => TestFiles.listen(fill(result, contents))),
        { concurrency: "unbounded" }
      )
      const { heard, result } = yield* open(folder)
      expect(heard).toEqual([])
      const keys = Array.from({ length: 10 }, (_, i) => `k${i}`)
      expect(Object.keys(yield* held(result, keys))).toEqual(keys)
    })
  )
})
