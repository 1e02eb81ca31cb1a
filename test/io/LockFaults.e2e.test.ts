import { isPlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as AtomicFile from "../../src/io/AtomicFile.js"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as ProcessIdentity from "../../src/io/ProcessIdentity.js"
import type { Faulty, Outcome } from "./FaultyFileSystem.js"
import { codes, errors, exhaust } from "./FaultyFileSystem.js"
import { SimulatedDisk } from "./SimulatedDisk.js"

const folder = "/simulated/run"
const lock = `${folder}/.lock`

const acquire = (fileSystem: FileSystem.FileSystem) =>
  Effect.provideService(
    FolderLock.acquire(folder, { force: false }),
    FileSystem.FileSystem,
    fileSystem
  )

const isFree = (fileSystem: FileSystem.FileSystem) =>
  Effect.isSuccess(Effect.scoped(acquire(fileSystem)))

/** What is in the folder, except the lock, when what dead processes left has been swept. */
const swept = (disk: SimulatedDisk) =>
  AtomicFile.sweep(folder).pipe(
    Effect.provideService(FileSystem.FileSystem, disk.fileSystem),
    Effect.map(() => disk.names(folder).filter((name) => name !== ".lock"))
  )

/** A disk on which a process that is gone has left its lock, or none has. */
const left = (stale: boolean) =>
  Effect.gen(function* () {
    const disk = new SimulatedDisk()
    if (!stale) return disk
    const holder = { ...(yield* ProcessIdentity.current), since: "2026-01-01" }
    for (const made of ["/simulated", folder, lock]) yield* disk.fileSystem.makeDirectory(made)
    const file = `${lock}/owner-left.json`
    disk.put(file, Buffer.from(JSON.stringify({ ...holder, pid: 2147483646 })))
    return disk
  })

/** Others have their turn before each change, as while a real disk works. */
const slow = (fs: FileSystem.FileSystem): FileSystem.FileSystem => ({
  ...fs,
  readDirectory: (path) => Effect.zipRight(Effect.yieldNow(), fs.readDirectory(path)),
  readFileString: (path) => Effect.zipRight(Effect.yieldNow(), fs.readFileString(path)),
  rename: (from, to) => Effect.zipRight(Effect.yieldNow(), fs.rename(from, to)),
  remove: (path, options) => Effect.zipRight(Effect.yieldNow(), fs.remove(path, options))
})

/** Has a session end well or in an error of its own, each of its operations failing in turn. */
const failing = <A>(
  what: string,
  options: {
    readonly stale?: boolean
    readonly session: (faulty: Faulty) => Effect.Effect<A, unknown>
    readonly check?: (outcome: Outcome<A, unknown>) => void
    readonly operations: ReadonlyArray<string>
  }
) =>
  describe(`in ${what}`, () => {
    const { check, operations, session, stale = false } = options
    it.live.each(operations.includes("write") ? codes : errors)("%s", (code) =>
      Effect.gen(function* () {
        const { faultless, outcomes } = yield* exhaust(yield* left(stale), code, session)
        expect(Exit.isSuccess(faultless)).toBe(true)
        const failed = new Set(outcomes.map((outcome) => outcome.failed))
        const expected = code === "short write" ? ["write"] : operations
        expect([...failed]).toEqual(expect.arrayContaining([...expected]))
        for (const outcome of outcomes) {
          if (Exit.isFailure(outcome.exit)) {
            expect(isPlatformError(Cause.squash(outcome.exit.cause))).toBe(true)
          }
          check?.(outcome)
          // Now that its process has ended, the next one has it, and nothing is in its way.
          expect(yield* isFree(outcome.disk.fileSystem)).toBe(true)
          expect(yield* swept(outcome.disk)).toEqual([])
        }
      }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))
    )
  })

describe("every operation fails once", () => {
  const taking = ({ during, fileSystem }: Faulty) =>
    Effect.scoped(Effect.zipRight(during(acquire(fileSystem)), isFree(fileSystem)))
  const isHeld = ({ exit }: Outcome<boolean, unknown>) => {
    if (Exit.isSuccess(exit)) expect(exit.value).toBe(false)
  }
  const writing = ["readDirectory", "makeDirectory", "open", "write", "fsync", "close", "rename"]

  failing("taking a lock: it is held, or free", {
    session: taking,
    check: isHeld,
    operations: ["exists", ...writing]
  })

  failing("taking over from a dead process: it is held, or free", {
    stale: true,
    session: taking,
    check: isHeld,
    operations: ["exists", "readFileString", "remove", ...writing]
  })

  for (const stale of [false, true]) {
    failing(`taking ${stale ? "one over" : "a lock"}, two at once: one holds it`, {
      stale,
      session: ({ during, fileSystem }) => {
        const attempt = Effect.isSuccess(acquire(slow(fileSystem)))
        return Effect.scoped(during(Effect.all([attempt, attempt], { concurrency: 2 })))
      },
      check: ({ exit }) =>
        expect(Exit.isSuccess(exit) && exit.value.filter((won) => won)).toHaveLength(1),
      operations: writing
    })
  }

  failing("looking whether it is still held: an error", {
    session: ({ during, fileSystem }) =>
      Effect.scoped(Effect.flatMap(acquire(fileSystem), ({ check }) => during(check))),
    check: ({ exit }) => expect(Exit.isFailure(exit)).toBe(true),
    operations: ["rename"]
  })

  failing("looking after it was taken by force: never that it is held", {
    session: ({ during, fileSystem }) =>
      Effect.scoped(
        Effect.gen(function* () {
          const { check } = yield* acquire(fileSystem)
          const [owner] = yield* fileSystem.readDirectory(lock)
          yield* fileSystem.rename(`${lock}/${owner}`, `${lock}/owner-other.0.json`)
          return yield* Effect.isSuccess(during(check))
        })
      ),
    check: ({ exit }) => expect(exit).toEqual(Exit.succeed(false)),
    operations: ["rename", "exists", "stat", "readDirectory", "readFileString"]
  })

  failing("leaving it: the next process has it, and a warning says so", {
    session: ({ during, fileSystem }) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const warnings: Array<string> = []
        const logger = Logger.make(({ message }) => warnings.push(String(message)))
        yield* Effect.provide(Scope.extend(acquire(fileSystem), scope), Logger.add(logger))
        yield* during(Scope.close(scope, Exit.void))
        return warnings
      }),
    check: ({ code, exit }) => {
      const [warning] = Exit.isSuccess(exit) ? exit.value : []
      expect(warning).toMatch(/^\/simulated\/run stays locked until this process has ended: /)
      expect(warning).toContain(code)
    },
    operations: ["remove"]
  })
})
