import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as AtomicFile from "../../src/file/AtomicFile.js"

const inFolder = <A, E>(
  body: (folder: string, fs: FileSystem.FileSystem) => Effect.Effect<A, E, FileSystem.FileSystem>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* body(yield* fs.makeTempDirectoryScoped(), fs)
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

const fault = new SystemError({ module: "FileSystem", method: "sync", reason: "Unknown" })

/** `fs`, whose files are not synced but by `sync`. */
const syncedBy = (
  fs: FileSystem.FileSystem,
  sync: () => Effect.Effect<void, SystemError>
): FileSystem.FileSystem => ({
  ...fs,
  open: (path, options) =>
    Effect.map(fs.open(path, options), (file) =>
      Object.defineProperty(file, "sync", { value: Effect.suspend(sync) })
    )
})

describe("AtomicFile", () => {
  it.live("replaces a file and leaves nothing beside it", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const target = `${folder}/a.txt`
        yield* AtomicFile.writeFile(target, "old")
        yield* AtomicFile.writeFile(target, "new")
        expect(yield* fs.readFileString(target)).toBe("new")
        expect(yield* fs.readDirectory(folder)).toEqual(["a.txt"])
      })
    )
  )

  it.live("shows nothing before all is written, in any order", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const target = `${folder}/a.txt`
        yield* AtomicFile.write(target, (file) =>
          Effect.gen(function* () {
            yield* file.writeAt(2, Buffer.from("cd"))
            yield* file.write(Buffer.from("e"))
            expect(yield* fs.exists(target)).toBe(false)
            yield* file.writeAt(0, Buffer.from("ab"))
          })
        )
        expect(yield* fs.readFileString(target)).toBe("abcde")
      })
    )
  )

  it.live("keeps the old file when the new one fails", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const target = `${folder}/a.txt`
        yield* AtomicFile.writeFile(target, "old")
        const exit = yield* AtomicFile.write(target, (file) =>
          Effect.zipRight(file.write(Buffer.from("half")), Effect.fail("stop"))
        ).pipe(Effect.exit)
        expect(exit).toEqual(Exit.fail("stop"))
        expect(yield* fs.readFileString(target)).toBe("old")
        expect(yield* fs.readDirectory(folder)).toEqual(["a.txt"])
      })
    )
  )

  it.live("keeps the old file when the writing is interrupted", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const target = `${folder}/a.txt`
        yield* AtomicFile.writeFile(target, "old")
        const written = yield* Deferred.make<void>()
        const fiber = yield* AtomicFile.write(target, (file) =>
          file
            .write(Buffer.from("half"))
            .pipe(
              Effect.zipRight(Deferred.succeed(written, undefined)),
              Effect.zipRight(Effect.never)
            )
        ).pipe(Effect.fork)
        yield* Deferred.await(written)
        yield* Fiber.interrupt(fiber)
        expect(yield* fs.readFileString(target)).toBe("old")
        expect(yield* fs.readDirectory(folder)).toEqual(["a.txt"])
      })
    )
  )

  it.live.each([
    { failures: 1, result: "new", bodies: 2 },
    { failures: 2, result: "old", bodies: 2 }
  ])("after $failures failed fsyncs holds the $result", ({ failures, result, bodies }) =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const target = `${folder}/a.txt`
        yield* AtomicFile.writeFile(target, "old")
        let syncs = 0
        let written = 0
        const failing = syncedBy(fs, () => (syncs++ < failures ? Effect.fail(fault) : Effect.void))
        const exit = yield* AtomicFile.write(target, (file) => {
          written++
          return file.write(Buffer.from("new"))
        }).pipe(Effect.provideService(FileSystem.FileSystem, failing), Effect.exit)
        expect(Exit.isSuccess(exit)).toBe(result === "new")
        expect(yield* fs.readFileString(target)).toBe(result)
        expect(yield* fs.readDirectory(folder)).toEqual(["a.txt"])
        // Each file was synced once at most: what a failed fsync lost, a second would not tell.
        expect(written).toBe(bodies)
        expect(syncs).toBe(result === "new" ? bodies + 1 : bodies)
      })
    )
  )

  it.live("sends a long file to the disk while it is written, and notices if that fails", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const target = `${folder}/a.txt`
        const piece = new Uint8Array(1 << 24).fill(7)
        const events: Array<string> = []
        const failing = syncedBy(fs, () => {
          events.push("sync")
          return events.filter((event) => event === "sync").length === 1
            ? Effect.fail(fault)
            : Effect.void
        })
        yield* AtomicFile.write(target, (file) =>
          Effect.gen(function* () {
            events.push("body")
            yield* file.write(piece)
            yield* Effect.sleep(5)
            yield* file.write(piece)
            events.push("written")
          })
        ).pipe(Effect.provideService(FileSystem.FileSystem, failing))
        // What a failed fsync lost is written anew, and no second fsync asked.
        expect(events.slice(0, 2)).toEqual(["body", "sync"])
        expect(events.slice(2, 4).sort()).toEqual(["body", "written"])
        expect(events.filter((event) => event === "body")).toHaveLength(2)
        expect(Buffer.compare(yield* fs.readFile(target), Buffer.alloc(1 << 25, 7))).toBe(0)
        expect(yield* fs.readDirectory(folder)).toEqual(["a.txt"])
      })
    )
  )

  it.live("sweeps what dead processes left, and no more", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const dead = ".a.txt.2147483646-0123abcd-0.tmp"
        const namesake = `.a.txt.${process.pid}-0123abcd-0.tmp`
        const others = [".a.txt.1-0123abcd-0.tmp", "a.tmp", ".hidden"]
        yield* Effect.forEach([dead, namesake, ...others], (name) =>
          fs.writeFileString(`${folder}/${name}`, "")
        )
        yield* AtomicFile.write(`${folder}/a.txt`, () =>
          Effect.gen(function* () {
            expect((yield* AtomicFile.sweep(folder)).sort()).toEqual(
              [dead, namesake].map((name) => `${folder}/${name}`).sort()
            )
          })
        )
        expect((yield* fs.readDirectory(folder)).sort()).toEqual([...others, "a.txt"].sort())
      })
    )
  )
})
