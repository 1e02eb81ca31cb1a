import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as AtomicFile from "../../src/io/AtomicFile.js"
import * as Errno from "../../src/io/Errno.js"
import * as Folder from "../../src/io/Folder.js"
import * as TemporaryName from "../../src/io/TemporaryName.js"
import { acquireMemory, Direct, type DirectAccess } from "../../src/io/directWrite.js"

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

/** Offers files past a cache that take what is written to them, or fail with `code`. */
const offering = (fs: FileSystem.FileSystem, code?: string) => {
  const written: Array<readonly [offset: number, length: number]> = []
  const direct: DirectAccess = {
    least: 1 << 20,
    open: (path) =>
      Effect.option(
        Effect.map(fs.open(path, { flag: "r+" }), (file) => ({
          unit: 4096,
          writeAt: (offset, bytes) => {
            written.push([offset, bytes.length])
            return code === undefined
              ? Effect.zipRight(file.seek(offset, "start"), file.writeAll(bytes))
              : Effect.fail(failure(code))
          }
        }))
      )
  }
  return { direct, written }
}

const underUmask =
  (mask: number) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => process.umask(mask)),
      () => self,
      (before) => Effect.sync(() => process.umask(before))
    )

const failure = (code: string) =>
  new SystemError({
    module: "FileSystem",
    method: "writeAll",
    reason: "Unknown",
    cause: Object.assign(new Error(code), { code })
  })

/** Writes 3 MiB and a little, in two pieces of memory that lies as it will in the file. */
const writePieces = (target: string, length = 1 << 23) =>
  Effect.gen(function* () {
    const bytes = new Uint8Array(3_200_000).map((_, i) => i % 251)
    const memory = yield* acquireMemory
    const begin = 100
    memory.set(bytes, begin)
    const middle = 1 << 21
    yield* AtomicFile.writeAtomically(
      target,
      (file) =>
        Effect.gen(function* () {
          yield* file.writeAt(begin, memory.subarray(begin, middle))
          yield* file.writeAt(middle, memory.subarray(middle, begin + bytes.length))
          yield* file.writeAt(0, Buffer.alloc(begin, 7))
        }),
      { length }
    )
    return Buffer.concat([Buffer.alloc(begin, 7), bytes])
  }).pipe(Effect.scoped)

describe("AtomicFile", () => {
  it.effect("writes a file of no bytes", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        yield* AtomicFile.writeFile(`${folder}/target`, "")
        expect(yield* fs.readFileString(`${folder}/target`)).toBe("")
      })
    )
  )

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
        yield* AtomicFile.writeDurably(target, (file) =>
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
        const exit = yield* AtomicFile.writeDurably(target, (file) =>
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
        const fiber = yield* AtomicFile.writeDurably(target, (file) =>
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
        const exit = yield* AtomicFile.writeDurably(target, (file) => {
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
        yield* AtomicFile.writeDurably(target, (file) =>
          Effect.gen(function* () {
            events.push("body")
            yield* file.write(piece)
            yield* Effect.sleep(5)
            yield* file.write(piece)
            events.push("written")
          })
        ).pipe(Effect.provideService(FileSystem.FileSystem, failing))
        // What a failed fsync lost is written again, and no second fsync asked.
        expect(events.slice(0, 2)).toEqual(["body", "sync"])
        expect(events.slice(2, 4).sort()).toEqual(["body", "written"])
        expect(events.filter((event) => event === "body")).toHaveLength(2)
        expect(Buffer.compare(yield* fs.readFile(target), Buffer.alloc(1 << 25, 7))).toBe(0)
        expect(yield* fs.readDirectory(folder)).toEqual(["a.txt"])
      })
    )
  )

  it.live("writes all, past the cache or through it", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const expected = yield* writePieces(`${folder}/a.bin`)
        expect(Buffer.compare(yield* fs.readFile(`${folder}/a.bin`), expected)).toBe(0)
      })
    )
  )

  it.live("writes complete pages past the cache, and the rest through it", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const { direct, written } = offering(fs)
        const target = `${folder}/a.bin`
        const expected = yield* Effect.provideService(writePieces(target), Direct, direct)
        expect(Buffer.compare(yield* fs.readFile(target), expected)).toBe(0)
        const middle = 1 << 21
        const end = expected.length - (expected.length % 4096)
        expect(written).toEqual([
          [4096, middle - 4096],
          [middle, end - middle]
        ])
      })
    )
  )

  it.live("writes a short file through the cache", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const { direct, written } = offering(fs)
        const target = `${folder}/a.bin`
        const write = writePieces(target, direct.least - 1)
        const expected = yield* Effect.provideService(write, Direct, direct)
        expect(Buffer.compare(yield* fs.readFile(target), expected)).toBe(0)
        expect(written).toEqual([])
      })
    )
  )

  it.live.each(["EINVAL", "ENOTSUP"])("writes through the cache what gets %s past it", (code) =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const { direct, written } = offering(fs, code)
        const target = `${folder}/a.bin`
        const expected = yield* Effect.provideService(writePieces(target), Direct, direct)
        expect(Buffer.compare(yield* fs.readFile(target), expected)).toBe(0)
        expect(written).toHaveLength(1)
      })
    )
  )

  it.live.each(["EIO", "ENOSPC"])("fails where the disk reports %s past the cache", (code) =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const { direct } = offering(fs, code)
        const write = Effect.provideService(writePieces(`${folder}/a.bin`), Direct, direct)
        expect(yield* Effect.exit(write)).toEqual(Exit.fail(failure(code)))
        expect(yield* fs.readDirectory(folder)).toEqual([])
      })
    )
  )

  it.live("makes files and folders that others cannot change, whatever the umask", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        const place = `${folder}/a/b`
        yield* Folder.make(place)
        yield* AtomicFile.writeFile(`${place}/file`, "new")
        yield* Effect.provideService(
          AtomicFile.alias(`${place}/file`, `${place}/copy`),
          FileSystem.FileSystem,
          { ...fs, link: () => Effect.fail(failure("EPERM")) }
        )
        const modes = yield* Effect.forEach(["", "/b", "/b/file", "/b/copy"], (name) =>
          Effect.map(fs.stat(`${folder}/a${name}`), ({ mode }) => (mode & 0o777).toString(8))
        )
        expect(modes).toEqual(["755", "755", "644", "644"])
        expect(yield* fs.readFileString(`${place}/copy`)).toBe("new")
      })
    ).pipe(underUmask(0))
  )

  it.live("copies through no link that lies where the copy is made", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        yield* AtomicFile.writeFile(`${folder}/file`, "new")
        yield* fs.writeFileString(`${folder}/outside`, "theirs")
        // Its next name is known to whoever has seen one before.
        const next = TemporaryName.make(`${folder}/copy`).replace(
          /-(\d+)\.tmp$/,
          (_, nth) => `-${Number(nth) + 1}.tmp`
        )
        yield* fs.symlink(`${folder}/outside`, next)
        const copy = Effect.provideService(
          AtomicFile.alias(`${folder}/file`, `${folder}/copy`),
          FileSystem.FileSystem,
          { ...fs, link: () => Effect.fail(failure("EPERM")) }
        )
        expect(Errno.code(yield* Effect.flip(copy))).toBe("EEXIST")
        expect(yield* fs.readFileString(`${folder}/outside`)).toBe("theirs")
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
        yield* AtomicFile.writeDurably(`${folder}/a.txt`, () =>
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
