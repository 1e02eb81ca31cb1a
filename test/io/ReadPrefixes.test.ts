import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ReadPrefixes from "../../src/io/ReadPrefixes.js"

/** Two files, and a look at both that says which were read. */
const looking = Effect.sync(() => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-beginnings-"))
  const [a, b] = [join(folder, "a"), join(folder, "b")]
  writeFileSync(a, "alpha")
  writeFileSync(b, "beta")
  const known: ReadPrefixes.PrefixCache<string> = new Map()
  const look = Effect.gen(function* () {
    const read: Array<string> = []
    const use = (file: string, prefix: Option.Option<ReadPrefixes.FilePrefix>) => {
      read.push(file)
      return Option.match(prefix, {
        onNone: () => "none",
        onSome: ({ start }) => Buffer.from(start).toString()
      })
    }
    return { results: yield* ReadPrefixes.readPrefixes([a, b], 4, use, known), read }
  }).pipe(Effect.provide(NodeFileSystem.layer))
  return { a, b, known, look }
})

const later = TestClock.setTime(Date.now() + 3_600_000)

describe("ReadPrefixes", () => {
  it.effect("reads a file once, and again when it was written to or replaced", () =>
    Effect.gen(function* () {
      const { a, b, known, look } = yield* looking
      yield* later
      expect(yield* look).toEqual({ results: ["alph", "beta"], read: [a, b] })
      expect(yield* look).toEqual({ results: ["alph", "beta"], read: [] })
      // As long as before, and with the times that it had.
      const { atime, mtime } = statSync(a)
      writeFileSync(a, "ALPHA")
      utimesSync(a, atime, mtime)
      expect(yield* look).toEqual({ results: ["ALPH", "beta"], read: [a] })
      writeFileSync(`${b}.new`, "BETA")
      renameSync(`${b}.new`, b)
      expect(yield* look).toEqual({ results: ["ALPH", "BETA"], read: [b] })
      rmSync(b)
      expect(yield* look).toEqual({ results: ["ALPH", "none"], read: [b] })
      expect([...known.keys()]).toEqual([a])
    })
  )

  it.effect("reads again what was changed so lately that its times might not tell", () =>
    Effect.gen(function* () {
      const { a, b, look } = yield* looking
      const changed = Math.floor(statSync(a).ctimeMs)
      for (const moment of [changed + 2000, changed - 86_400_000]) {
        yield* TestClock.setTime(moment)
        expect((yield* look).read).toEqual([a, b])
        expect((yield* look).read).toEqual([a, b])
      }
    })
  )
})
