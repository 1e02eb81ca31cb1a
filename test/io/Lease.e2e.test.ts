import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import * as Errno from "../../src/io/Errno.js"
import * as FolderLock from "../../src/io/FolderLock.js"
import * as ProcessIdentity from "../../src/io/ProcessIdentity.js"
import { SimulatedDisk } from "./SimulatedDisk.js"

const folder = "/shared/run"
const lock = `${folder}/.lock`

const process1 = { pid: 1, machine: null, namespace: null, ticks: null }

/** Takes the lock as a process of another host does, whose calls go through `through`. */
const onHost = (
  disk: SimulatedDisk,
  host: string,
  { force = false, through = (fs: FileSystem.FileSystem): FileSystem.FileSystem => fs } = {}
) =>
  FolderLock.acquire(folder, { force }).pipe(
    Effect.provideService(ProcessIdentity.Self, Effect.succeed({ ...process1, host, boot: host })),
    Effect.provideService(FileSystem.FileSystem, through(disk.fileSystem)),
    Effect.provide(Logger.remove(Logger.defaultLogger))
  )

/** A lock as a killed container leaves it. */
const abandoned = (file: string) =>
  Effect.gen(function* () {
    const disk = new SimulatedDisk()
    const read = Effect.sync(() => disk.contents(`${lock}/${disk.names(lock)[0]}`))
    const text = yield* Effect.scoped(Effect.zipRight(onHost(disk, "pod-a"), read))
    yield* disk.fileSystem.makeDirectory("/shared", { recursive: true })
    for (const made of [folder, lock])
      yield* disk.fileSystem.makeDirectory(made, { recursive: true })
    disk.put(`${lock}/${file}`, text)
    return disk
  })

const isWaiting = <A, E>(fiber: Fiber.RuntimeFiber<A, E>) =>
  Effect.map(Fiber.poll(fiber), (exit) => exit._tag === "None")

describe("a lock of another host", () => {
  it.effect("is taken over when it has not been renewed for its time-out", () =>
    Effect.gen(function* () {
      const disk = yield* abandoned("owner-left.3.json")
      const fiber = yield* Effect.fork(
        Effect.scoped(Effect.flatMap(onHost(disk, "pod-b"), ({ check }) => check))
      )
      yield* TestClock.adjust("29 seconds")
      expect(yield* isWaiting(fiber)).toBe(true)
      expect(disk.names(lock)).toEqual(["owner-left.3.json"])
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
    })
  )

  it.effect("is refused when it is renewed meanwhile, however late", () =>
    Effect.gen(function* () {
      const disk = yield* abandoned("owner-left.3.json")
      const fiber = yield* Effect.fork(Effect.scoped(Effect.either(onHost(disk, "pod-b"))))
      yield* TestClock.adjust("29 seconds")
      yield* disk.fileSystem.rename(`${lock}/owner-left.3.json`, `${lock}/owner-left.4.json`)
      yield* TestClock.adjust("2 seconds")
      expect(Either.flip(yield* Fiber.join(fiber)).pipe(Either.getOrThrow)).toMatchObject({
        reason: "InUse",
        holder: { host: "pod-a" }
      })
      expect(disk.names(lock)).toEqual(["owner-left.4.json"])
    })
  )

  it.scoped("is taken over at once by force", () =>
    Effect.gen(function* () {
      const disk = yield* abandoned("owner-left.3.json")
      const { check } = yield* onHost(disk, "pod-b", { force: true })
      yield* check
    })
  )

  it.scoped("that nobody renews, of an early release, is left to force", () =>
    Effect.gen(function* () {
      const disk = yield* abandoned("owner-left.json")
      const {
        folder: _,
        lease: __,
        machine: ___,
        ...early
      } = JSON.parse(disk.contents(`${lock}/owner-left.json`).toString()) as Record<string, unknown>
      disk.put(`${lock}/owner-left.json`, Buffer.from(JSON.stringify(early)))
      const error = yield* Effect.flip(onHost(disk, "pod-b"))
      expect(error).toMatchObject({ reason: "Unknown" })
      yield* onHost(disk, "pod-b", { force: true })
    })
  )

  it.scoped("that lives is refused, and continues being held", () =>
    Effect.gen(function* () {
      const disk = new SimulatedDisk()
      const held = yield* onHost(disk, "pod-a")
      const fiber = yield* Effect.fork(Effect.scoped(Effect.flip(onHost(disk, "pod-b"))))
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(fiber)).toMatchObject({ reason: "InUse", holder: { host: "pod-a" } })
      yield* held.check
      yield* TestClock.adjust("10 minutes")
      yield* held.check
    })
  )

  it.effect("is won by one of two that wait", () =>
    Effect.gen(function* () {
      const disk = yield* abandoned("owner-left.3.json")
      const fibers = yield* Effect.forEach(["pod-b", "pod-c"], (host) =>
        Effect.fork(
          Effect.scoped(
            Effect.either(Effect.zipLeft(onHost(disk, host), Effect.sleep("2 minutes")))
          )
        )
      )
      yield* TestClock.adjust("31 seconds")
      yield* TestClock.adjust("3 minutes")
      const tags = (yield* Effect.forEach(fibers, Fiber.join)).map(({ _tag }) => _tag)
      expect(tags.sort()).toEqual(["Left", "Right"])
    })
  )

  /** A file system whose renames wait for the latch, as those of a server that does not answer. */
  const hanging =
    (answers: Effect.Latch) =>
    (fs: FileSystem.FileSystem): FileSystem.FileSystem => ({
      ...fs,
      rename: (from, to) => Effect.zipRight(answers.await, fs.rename(from, to))
    })

  it.scoped("is given up by a process that cannot renew it, before another can have it", () =>
    Effect.gen(function* () {
      const disk = new SimulatedDisk()
      const answers = yield* Effect.makeLatch(true)
      const silent = yield* onHost(disk, "pod-a", { through: hanging(answers) })
      yield* TestClock.adjust("12 seconds")
      yield* answers.close
      const next = yield* Effect.fork(onHost(disk, "pod-b"))
      const lost = yield* Effect.fork(silent.lost)
      const saving = yield* Effect.fork(Effect.flip(silent.check))
      yield* TestClock.adjust("28 seconds")
      expect(yield* isWaiting(next)).toBe(true)
      expect(yield* Fiber.join(lost)).toMatchObject({ reason: "Expired" })
      expect(yield* Fiber.join(saving)).toMatchObject({ reason: "Expired" })
      yield* TestClock.adjust("3 seconds")
      const { check } = yield* Fiber.join(next)
      yield* answers.open
      expect(yield* Effect.flip(silent.check)).toMatchObject({ reason: "Expired" })
      yield* check
    })
  )

  it.scoped("is given up where each renewal fails", () =>
    Effect.gen(function* () {
      const disk = new SimulatedDisk()
      let isBroken = false
      const { lost } = yield* onHost(disk, "pod-a", {
        through: (fs) => ({
          ...fs,
          rename: (from, to) =>
            Effect.suspend(() =>
              isBroken
                ? Effect.fail(Errno.toError("rename", from)(new Error("EIO")))
                : fs.rename(from, to)
            )
        })
      })
      isBroken = true
      const fiber = yield* Effect.fork(lost)
      yield* TestClock.adjust("19 seconds")
      expect(yield* isWaiting(fiber)).toBe(true)
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(fiber)).toMatchObject({ reason: "Expired" })
    })
  )

  it.scoped("is kept by a process whose renewals fail for a while", () =>
    Effect.gen(function* () {
      const disk = new SimulatedDisk()
      const answers = yield* Effect.makeLatch(true)
      const { check } = yield* onHost(disk, "pod-a", { through: hanging(answers) })
      yield* answers.close
      yield* TestClock.adjust("19 seconds")
      yield* answers.open
      yield* TestClock.adjust("10 minutes")
      yield* check
    })
  )

  it.scoped("is noticed as lost without a save", () =>
    Effect.gen(function* () {
      const disk = new SimulatedDisk()
      const { lost } = yield* onHost(disk, "pod-a")
      yield* onHost(disk, "pod-b", { force: true })
      const fiber = yield* Effect.fork(lost)
      yield* TestClock.adjust("6 seconds")
      expect(yield* Fiber.join(fiber)).toMatchObject({ reason: "Lost", holder: { host: "pod-b" } })
    })
  )
})

describe("ProcessIdentity.stateOf", () => {
  const here: ProcessIdentity.ProcessIdentity = {
    host: "trainer-0",
    pid: process.pid,
    machine: "m1",
    boot: "b1",
    namespace: "pid:[4026531836]",
    ticks: null
  }
  it.effect.each([
    ["the same machine before a reboot", {}, "dead"],
    ["before machines had an id", { machine: undefined }, "dead"],
    ["another machine of the same name", { machine: "m2" }, "unknown"],
    ["a machine without an id", { machine: null }, "unknown"],
    ["a container, whose id may be its image's", { namespace: "pid:[7]" }, "unknown"]
  ] as const)("%s: %s", ([, changes, expected]) =>
    Effect.gen(function* () {
      const other = { ...here, boot: "b0", ...changes }
      const checked = ProcessIdentity.stateOf(other as ProcessIdentity.ProcessIdentity)
      expect(
        yield* Effect.provideService(checked, ProcessIdentity.Self, Effect.succeed(here))
      ).toBe(expected)
    })
  )
})
