import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as ProcessIdentity from "../../src/io/ProcessIdentity.js"
import { compiled } from "../support/compiled.js"

const inFolder = <A, E>(
  body: (folder: string, fs: FileSystem.FileSystem) => Effect.Effect<A, E, FileSystem.FileSystem>
) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    return yield* body(`${yield* fs.makeTempDirectoryScoped()}/run`, fs)
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

const acquire = (folder: string, force = false) => FolderLock.acquire(folder, { force })

const tried = (folder: string, force = false) =>
  Effect.scoped(
    Effect.match(acquire(folder, force), {
      onSuccess: () => "taken",
      onFailure: (error) => error.message
    })
  )

/** Leaves a lock as a process would that had no time to release it. */
const leave = (
  folder: string,
  fs: FileSystem.FileSystem,
  changes: Partial<ProcessIdentity.ProcessIdentity>
) =>
  Effect.gen(function* () {
    const holder = { ...(yield* ProcessIdentity.current), since: "2026-01-01", ...changes }
    yield* fs.makeDirectory(`${folder}/.lock`, { recursive: true })
    yield* fs.writeFileString(`${folder}/.lock/owner-left.json`, JSON.stringify(holder))
  })

const nobody = 2147483646

describe("FolderLock", () => {
  it.live("lets one in, says who it is, and leaves nothing", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const lock = yield* acquire(folder)
            yield* lock.check
            expect(yield* tried(folder)).toContain(`in use by process ${process.pid} on`)
            expect(yield* tried(folder, true)).toContain("in use by process")
            yield* lock.check
          })
        )
        expect(yield* fs.exists(folder)).toBe(false)
        expect(yield* tried(folder)).toBe("taken")
      })
    )
  )

  it.live.each<[string, Partial<ProcessIdentity.ProcessIdentity>, "taken" | "refused" | "unknown"]>(
    [
      ["a process that is gone", { pid: nobody }, "taken"],
      ["another process with its id", { ticks: "1" }, "taken"],
      ["a process before a reboot", { boot: "another" }, "taken"],
      ["a process that runs", { pid: process.ppid, ticks: null }, "refused"],
      ["a process of another machine", { host: "elsewhere", pid: nobody }, "unknown"],
      ["a process of another container", { namespace: "pid:[1]", pid: nobody }, "unknown"]
    ]
  )("checks %s", ([, changes, expected]) =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        yield* leave(folder, fs, changes)
        const message = yield* tried(folder)
        if (expected === "taken") expect(message).toBe("taken")
        else expect(message).toMatch(/in use by process \d+ on/)
        expect(message.includes("cannot be checked")).toBe(expected === "unknown")
        if (expected === "unknown") expect(yield* tried(folder, true)).toBe("taken")
      })
    )
  )

  it.live("leaves alone what it cannot read", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        yield* leave(folder, fs, {})
        yield* fs.writeFileString(`${folder}/.lock/owner-left.json`, "\0\0\0")
        expect(yield* tried(folder)).toContain("in use by an unknown process")
        expect(yield* tried(folder, true)).toBe("taken")
      })
    )
  )

  it.live("takes over a lock whose owner died while taking it, or leaving it", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        yield* fs.makeDirectory(`${folder}/.lock`, { recursive: true })
        expect(yield* tried(folder)).toBe("taken")
      })
    )
  )

  it.live("takes over from a process that has ended and whose parent has not noticed", () =>
    inFolder((folder, fs) =>
      Effect.gen(function* () {
        // The shell becomes a program that never asks how its child ended.
        const parent = spawn("sh", ["-c", "sh -c 'exit 0' & echo $!; exec sleep 20"])
        const pid = yield* Effect.async<number>((resume) => {
          parent.stdout.once("data", (data) => resume(Effect.succeed(Number(data))))
        })
        yield* Effect.sleep(100)
        yield* leave(folder, fs, { pid, ticks: null })
        const message = yield* tried(folder)
        parent.kill()
        expect(message).toBe("taken")
      })
    )
  )

  it.live("notices that it was taken by force", () =>
    inFolder((folder, fs) =>
      Effect.scoped(
        Effect.gen(function* () {
          const lock = yield* acquire(folder)
          yield* fs.remove(`${folder}/.lock`, { recursive: true })
          yield* leave(folder, fs, { host: "elsewhere", pid: 7 })
          const error = yield* Effect.flip(lock.check)
          expect(error.message).toContain("process 7 on elsewhere")
        })
      )
    )
  )

  it.live("has one winner of many fibers, stale lock or none", () =>
    inFolder((folder, fs) =>
      Effect.forEach(
        Array.from({ length: 20 }, (_, round) => round),
        (round) =>
          Effect.gen(function* () {
            if (round % 2 === 0) yield* leave(folder, fs, { pid: nobody })
            const results = yield* Effect.scoped(
              Effect.forEach(Array(8).fill(folder), (one) => Effect.either(acquire(one)), {
                concurrency: "unbounded"
              })
            )
            expect(results.filter(Either.isRight)).toHaveLength(1)
          })
      )
    )
  )

  it.live(
    "has one winner of eight processes",
    () =>
      inFolder((folder, fs) =>
        Effect.gen(function* () {
          yield* leave(folder, fs, { pid: nobody })
          const script = compiled(fileURLToPath(new URL("holdLock.ts", import.meta.url)))
          const starters = Array.from({ length: 8 }, () => {
            const child = spawn(process.execPath, [script, folder])
            return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
          })
          const eachSays = Effect.forEach(
            starters,
            ({ lines }) => Effect.promise(async () => String((await lines.next()).value)),
            { concurrency: "unbounded" }
          )
          expect(new Set(yield* eachSays)).toEqual(new Set(["ready"]))
          for (const { child } of starters) child.stdin.write("go\n")
          const said = yield* eachSays
          for (const { child } of starters) child.stdin.end()
          expect(said.filter((line) => line === "taken")).toHaveLength(1)
          expect(said.filter((line) => /^in use by process \d+/.test(line))).toHaveLength(7)
        })
      ),
    90_000
  )
})
