import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { spawn } from "node:child_process"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as ProcessIdentity from "../../src/io/ProcessIdentity.js"

const script = fileURLToPath(new URL("programs/hold.mjs", import.meta.url))

/** A process that has a folder open for saving, whose lock another thread renews. */
const holding = (folder: string, lease: { readonly every: number; readonly timeout: number }) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(
        process.execPath,
        [script, folder, `${lease.every}`, `${lease.timeout}`],
        {
          stdio: ["pipe", "pipe", "inherit"]
        }
      )
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
      return {
        child,
        says: Effect.promise(async () => String((await lines.next()).value)),
        tell: (line: string) => Effect.sync(() => child.stdin.write(`${line}\n`))
      }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** Takes the lock as a process of another host. */
const elsewhere = (folder: string) =>
  Effect.gen(function* () {
    const self = yield* ProcessIdentity.current
    const other = Effect.succeed({ ...self, host: "elsewhere" })
    return yield* Effect.provideService(
      FolderLock.acquire(folder, { force: false }),
      ProcessIdentity.Self,
      other
    )
  }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))

/** A folder, and a process that has opened it. */
const ready = (lease: Parameters<typeof holding>[1]) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const folder = path.join(yield* fs.makeTempDirectoryScoped(), "run")
    const holder = yield* holding(folder, lease)
    expect(yield* holder.says).toBe("ready")
    return { folder, fs, ...holder }
  })

const terms = { every: 100, timeout: 1500 }

describe.concurrent("the thread that renews a lock", () => {
  it.scopedLive(
    "does so while the main thread is blocked",
    () =>
      Effect.gen(function* () {
        const { folder, fs, says, tell } = yield* ready({ every: 20, timeout: 600_000 })
        yield* tell("block")
        expect(yield* says).toBe("blocking")
        yield* Effect.sleep(100)
        const seen = new Set<string>()
        while (seen.size < 3) {
          for (const name of yield* fs.readDirectory(path.join(folder, ".lock"))) seen.add(name)
          yield* Effect.sleep(10)
        }
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    60_000
  )

  it.scopedLive(
    "finds it lost in a process that was stopped, which then publishes nothing",
    () =>
      Effect.gen(function* () {
        const { child, folder, fs, says, tell } = yield* ready(terms)
        yield* tell("save")
        expect(yield* says).toBe("saved")
        child.kill("SIGSTOP")
        const { check } = yield* elsewhere(folder)
        const before = (yield* fs.readDirectory(folder)).sort()
        child.kill("SIGCONT")
        yield* tell("save")
        expect(yield* says).toMatch(/^LockLost: .*taken over by process \d+ on elsewhere/)
        expect((yield* fs.readDirectory(folder)).sort()).toEqual(before)
        yield* check
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    60_000
  )

  it.scopedLive(
    "keeps it in a process that was stopped while nobody wanted it",
    () =>
      Effect.gen(function* () {
        const { child, says, tell } = yield* ready(terms)
        child.kill("SIGSTOP")
        yield* Effect.sleep(terms.timeout + 200)
        child.kill("SIGCONT")
        yield* Effect.sleep(200)
        yield* tell("save")
        expect(yield* says).toBe("saved")
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    60_000
  )

  it.scopedLive(
    "gives it up where no renewal succeeds any more, and publishes nothing",
    () =>
      Effect.gen(function* () {
        const { folder, fs, says, tell } = yield* ready(terms)
        // A file in the place of the folder: no rename in it is answered by "no such file".
        yield* fs.rename(folder, `${folder}-away`)
        yield* fs.writeFileString(folder, "")
        const save = Effect.zipRight(tell("save"), says)
        const refused = yield* Effect.repeat(Effect.zipLeft(save, Effect.sleep(50)), {
          while: (answer) => answer.startsWith("Unwritable")
        })
        expect(refused).toMatch(/^LockLost: .*could not renew the lock in time/)
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    60_000
  )

  it.scopedLive(
    "leaves a lock behind that another host takes over, where the process is killed",
    () =>
      Effect.gen(function* () {
        const { child, folder } = yield* ready(terms)
        child.kill("SIGKILL")
        yield* elsewhere(folder)
      }).pipe(Effect.provide(NodeFileSystem.layer)),
    60_000
  )
})
