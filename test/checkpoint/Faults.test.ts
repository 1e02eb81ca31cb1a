import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { CheckpointError } from "../../src/checkpoint/CheckpointError.js"
import { CheckpointStore } from "../../src/checkpoint/CheckpointStore.js"
import * as FaultyFileSystem from "../file/FaultyFileSystem.js"
import { SimulatedDisk } from "../file/SimulatedDisk.js"
import { earlier, epochEnd, folderPath, found, saves, storeOn, withFolder } from "./simulated.js"

const prepared = Effect.gen(function* () {
  const disk = new SimulatedDisk()
  yield* withFolder(disk.fileSystem, earlier)
  return disk
})

/** Runs `session` with its first operation failing, then its second, until one has no fault. */
const untilFaultless = <A, E>(
  before: SimulatedDisk,
  code: FaultyFileSystem.Code,
  session: (fileSystem: FaultyFileSystem.Faulty["fileSystem"]) => Effect.Effect<A, E>,
  check: (
    exit: Exit.Exit<A, E>,
    disk: SimulatedDisk,
    failed: string
  ) => Effect.Effect<void, unknown>
) =>
  Effect.gen(function* () {
    const tried = new Map<string, number>()
    for (let nth = 0; ; nth++) {
      const disk = before.copy()
      const faulty = FaultyFileSystem.make(disk.fileSystem, nth, code)
      const exit = yield* Effect.exit(session(faulty.fileSystem))
      const failed = faulty.failed()
      if (failed === undefined) {
        expect(Exit.isSuccess(exit)).toBe(true)
        return tried
      }
      tried.set(failed, 1 + (tried.get(failed) ?? 0))
      if (Exit.isFailure(exit)) {
        // An error of ours that says what went wrong, and no defect.
        const error = Cause.squash(exit.cause)
        expect(error).toBeInstanceOf(CheckpointError)
        expect((error as CheckpointError).message).toMatch(/E[A-Z]+/)
      }
      disk.bury(process.pid, 2147483646)
      yield* check(exit, disk, failed)
    }
  })

describe("every operation fails once", () => {
  const [latest, best] = saves as [(typeof saves)[0], (typeof saves)[0]]
  const cases = [
    ...FaultyFileSystem.codes.map((code) => ({ ...latest, code })),
    { ...best, code: "EIO" as const }
  ]

  it.live.each(cases)(
    "$code in $name: the old or the new is there",
    ({ code, save, ...expected }) =>
      Effect.gen(function* () {
        const before = yield* prepared
        const tried = yield* untilFaultless(
          before,
          code,
          (fileSystem) => withFolder(fileSystem, save),
          (exit, disk) =>
            Effect.gen(function* () {
              const has = yield* found(disk.fileSystem)
              if (Exit.isSuccess(exit)) expect(has).toMatchObject(expected.new)
              expect([expected.old.latest, expected.new.latest]).toContain(has.latest)
              expect([expected.old.latest, expected.new.latest]).toContain(has.latestFile)
              expect([expected.old.best, expected.new.best]).toContain(has.best)
              expect([expected.old.best, expected.new.best]).toContain(has.bestFile)
              // What was wrong is over: the next process saves, and nothing is left behind.
              yield* withFolder(disk.fileSystem, (folder) =>
                folder.save(epochEnd(5, 0.6), "latest")
              )
              expect(yield* found(disk.fileSystem)).toMatchObject({ latest: 5, latestFile: 5 })
              expect(disk.names(folderPath).filter((name) => name.endsWith(".tmp"))).toEqual([])
            })
        )
        const operations = ["open", "write", "fsync", "close", "rename", "link", "remove", "read"]
        expect([...tried.keys()]).toEqual(expect.arrayContaining(operations))
      })
  )

  it.live.each(["EIO", "short write"] as const)(
    "%s in a save: the run itself can save again",
    (code) =>
      Effect.gen(function* () {
        const before = yield* prepared
        yield* untilFaultless(
          before,
          code,
          (fileSystem) =>
            withFolder(fileSystem, (folder) =>
              Effect.gen(function* () {
                yield* Effect.either(folder.save(epochEnd(4, 0.3), "latest"))
                yield* folder.save(epochEnd(5, 0.3), "latest")
              })
            ),
          (exit, disk) =>
            Effect.gen(function* () {
              if (Exit.isSuccess(exit)) {
                expect(yield* found(disk.fileSystem)).toMatchObject({ latest: 5, latestFile: 5 })
              }
            })
        )
      })
  )

  it.live.each(FaultyFileSystem.codes)(
    "%s in loading: an error, never another checkpoint",
    (code) =>
      Effect.gen(function* () {
        const before = yield* prepared
        const load = Effect.flatMap(CheckpointStore, (store) =>
          store.load(`${folderPath}/latest_checkpoint.safetensors`)
        )
        const tried = yield* untilFaultless(
          before,
          code,
          (fileSystem) => Effect.provide(load, storeOn(fileSystem)),
          (exit, _, failed) =>
            Effect.sync(() => {
              // Only the look at the file's number, for retention, may fail unnoticed.
              expect(Exit.isSuccess(exit)).toBe(failed === "stat")
            })
        )
        expect([...tried.keys()]).toEqual(["open", "fstat", "read", "close", "stat"])
      })
  )

  it.live.each(FaultyFileSystem.codes)("%s in finding the latest: it, or an error", (code) =>
    Effect.gen(function* () {
      const before = yield* prepared
      const latest = Effect.flatMap(CheckpointStore, (store) =>
        store.browse(folderPath).fetch("latest")
      )
      yield* untilFaultless(
        before,
        code,
        (fileSystem) => Effect.provide(latest, storeOn(fileSystem)),
        (exit) =>
          Effect.sync(() => {
            // Only what the disk has lost is passed over.
            const whole = code === "EIO" ? [3, 2] : [3]
            if (Exit.isSuccess(exit)) expect(whole).toContain(exit.value?.meta.epoch)
          })
      )
    })
  )

  it.live.each(FaultyFileSystem.codes)("%s in moving aside: each is here or there", (code) =>
    Effect.gen(function* () {
      const before = yield* prepared
      yield* untilFaultless(
        before,
        code,
        (fileSystem) => withFolder(fileSystem, (folder) => folder.archive),
        (_, disk) =>
          Effect.gen(function* () {
            const store = yield* CheckpointStore
            const archives = disk.names(`${folderPath}/archive`)
            const lists = yield* Effect.forEach(
              [folderPath, ...archives.map((name) => `${folderPath}/archive/${name}`)],
              store.list
            )
            const epochs = lists
              .flat()
              .map(({ health }) => health._tag === "Right" && health.right.epoch)
            expect(new Set(epochs)).toEqual(new Set([2, 3]))
          }).pipe(Effect.provide(storeOn(disk.fileSystem)))
      )
    })
  )
})
