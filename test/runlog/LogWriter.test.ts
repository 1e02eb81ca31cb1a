import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { decode, type Line } from "../../src/runlog/Line.js"
import * as LogWriter from "../../src/runlog/LogWriter.js"
import { find, follow, read } from "../../src/runlog/RunLog.js"
import { temporaryFolder } from "../support/session.js"
import { epoch, opened, step, steps, told } from "./sample.js"

const onFiles = Effect.provide(NodeFileSystem.layer)

const files = Effect.provide(FileSystem.FileSystem, NodeFileSystem.layer)

const textIn = (folder: string) =>
  Effect.flatMap(files, (fs) => fs.readFileString(`${folder}/events.ndjson`))

const linesIn = (folder: string) =>
  Effect.map(textIn(folder), (text) => text.trimEnd().split("\n").map(decode) as Array<Line>)

const write = (folder: string, from: number | null, ...lines: ReadonlyArray<Line>) =>
  onFiles(LogWriter.make(folder, { opened: opened(from), epochs: [] }).write(lines, false))

describe("LogWriter.write", () => {
  it.scoped("appends, and begins again where a process resumes", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const writer = LogWriter.make(folder, { opened: opened(), epochs: [] })
      yield* onFiles(writer.write(steps(1, 2), false))
      yield* onFiles(writer.write([step(3), epoch(1)], true))
      expect(told(yield* linesIn(folder))).toEqual(["LogOpened", 1, 2, 3, "EpochFinished"])
      yield* write(folder, 2, ...steps(3, 4))
      expect(told(yield* linesIn(folder))).toEqual(["LogOpened", 1, 2, "LogOpened", 3, 4])
    })
  )

  it.scoped("drops a half-written line, and lines that are none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* write(folder, null, ...steps(1, 2))
      const fs = yield* files
      yield* fs.writeFileString(`${folder}/events.ndjson`, 'no line\n{"event":"St', { flag: "a" })
      const log = yield* onFiles(read(folder))
      expect([log.hasPartialLine, log.damaged, log.steps.loss.length]).toEqual([true, 1, 2])
      yield* write(folder, 2, step(3))
      expect(told(yield* linesIn(folder))).toEqual(["LogOpened", 1, 2, "LogOpened", 3])
    })
  )

  it.scoped("moves the log of another run aside", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* write(folder, null, step(1))
      const other = opened(null, { run: { ...opened().run, id: "b" } })
      yield* onFiles(LogWriter.make(folder, { opened: other, epochs: [] }).write([step(1)], false))
      const { runs: found } = yield* find(folder)
      expect(found.map((one) => one.slice(folder.length))).toEqual([
        "",
        "/archive/2026-01-01T00-00-01Z"
      ])
      const ids = yield* Effect.forEach(found, (one) =>
        Effect.map(onFiles(read(one)), ({ run }) => run.id)
      )
      expect(ids).toEqual(["b", "a"])
    })
  )

  it.scoped("writes loss that is not finite as text, and reads it as a number", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const odd = [NaN, Infinity, -Infinity].map((loss, i) =>
        step(i + 1, { loss, gradient_norm: loss })
      )
      yield* write(folder, null, ...odd)
      expect(yield* textIn(folder)).toContain('"loss":"NaN"')
      const log = yield* onFiles(read(folder))
      expect([...log.steps.loss]).toEqual([NaN, Infinity, -Infinity])
      expect([...log.steps.gradient_norm]).toEqual([NaN, Infinity, -Infinity])
    })
  )

  it.scoped("writes nothing where another process has written meanwhile", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const writer = LogWriter.make(folder, { opened: opened(), epochs: [] })
      yield* onFiles(writer.write(steps(1, 2), false))
      yield* write(folder, 1, step(2))
      const before = yield* textIn(folder)
      expect(yield* Effect.flip(onFiles(writer.write([step(3)], false)))).toMatchObject({
        _tag: "LogTaken"
      })
      expect(yield* textIn(folder)).toBe(before)
    })
  )

  it.scoped("begins again where the folder was removed meanwhile", () =>
    Effect.gen(function* () {
      const folder = `${yield* temporaryFolder}/run`
      const writer = LogWriter.make(folder, { opened: opened(), epochs: [] })
      yield* onFiles(writer.write(steps(1, 2), false))
      yield* Effect.flatMap(files, (fs) => fs.remove(folder, { recursive: true }))
      yield* onFiles(writer.write([step(3)], false))
      expect(told(yield* linesIn(folder))).toEqual(["LogOpened", 3])
    })
  )

  it.scoped("waits while the folder that a run had locked is gone, and begins again after it", () =>
    Effect.gen(function* () {
      const fs = yield* files
      const folder = `${yield* temporaryFolder}/run`
      const lock = `${folder}/.lock`
      const lockIt = fs.makeDirectory(lock, { recursive: true })
      yield* lockIt
      const writer = LogWriter.make(folder, { opened: opened(), epochs: [] })
      yield* onFiles(writer.write(steps(1, 3), false))
      yield* fs.remove(folder, { recursive: true })
      const error = yield* Effect.flip(onFiles(writer.write([step(4)], false)))
      expect([error._tag, yield* fs.exists(folder)]).toEqual(["FolderGone", false])
      yield* lockIt
      yield* onFiles(writer.write([step(4)], false))
      // The end of a run releases the lock, and its last lines come after it.
      yield* fs.remove(lock, { recursive: true })
      yield* onFiles(writer.write([step(5)], true))
      expect(told(yield* linesIn(folder))).toEqual(["LogOpened", 4, 5])
    })
  )

  it.scoped("writes over what a full disk has left of a write", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const writer = LogWriter.make(folder, { opened: opened(), epochs: [] })
      yield* onFiles(writer.write([step(1)], false))
      const full = new SystemError({
        reason: "Unknown",
        module: "FileSystem",
        method: "write",
        description: "ENOSPC"
      })
      const fs = yield* files
      const tiny = FileSystem.make({
        ...fs,
        open: (path, options) =>
          Effect.map(fs.open(path, options), (file) => {
            const writeAll = file.writeAll.bind(file)
            return Object.assign(file, {
              writeAll: (bytes: Uint8Array) =>
                Effect.zipRight(writeAll(bytes.subarray(0, bytes.length - 20)), Effect.fail(full))
            })
          })
      })
      const failing = Effect.provideService(
        writer.write([...steps(2, 4)], false),
        FileSystem.FileSystem,
        tiny
      )
      expect(yield* Effect.flip(failing)).toBe(full)
      expect((yield* onFiles(read(folder))).hasPartialLine).toBe(true)
      yield* onFiles(writer.write([step(2)], false))
      expect(told(yield* linesIn(folder))).toEqual(["LogOpened", 1, 2])
    })
  )

  it.scoped("thins the steps of a long run, the same in one process and in several", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const noisy = (n: number) =>
        step(n, { loss: (n * 7919) % 1009, step_ms: 1 + ((n * 31) % 17) })
      const feed = (name: string, from: number, to: number, piece: number) => {
        const writer = LogWriter.make(`${folder}/${name}`, {
          opened: opened(from || null),
          epochs: []
        })
        return Effect.forEach(
          Array.from({ length: Math.ceil((to - from) / piece) }, (_, i) => from + i * piece),
          (at) => onFiles(writer.write(steps(at + 1, Math.min(to, at + piece), noisy), false)),
          { discard: true }
        )
      }
      yield* feed("calm", 0, 40_000, 997)
      yield* feed("killed", 0, 17_003, 501)
      yield* feed("killed", 16_500, 33_333, 1201)
      yield* feed("killed", 20_001, 40_000, 97)
      const [calm, killed] = yield* Effect.forEach(["calm", "killed"], (name) =>
        onFiles(read(`${folder}/${name}`))
      )
      expect(calm!.bucketSize).toBe(16)
      expect(calm!.steps.loss.length).toBeLessThan(40_000 / 3)
      expect(calm!.steps.loss.reduce((a, b) => Math.max(a, b))).toBe(1008)
      expect(calm!.steps.step_ms_max.reduce((a, b) => Math.max(a, b))).toBe(17)
      for (const name of ["global_step", "loss", "step_ms_max"] as const) {
        expect([...killed!.steps[name]]).toEqual([...calm!.steps[name]])
      }
      // Little more lies in the file than what is read.
      expect((yield* textIn(`${folder}/calm`)).split("\n").length).toBeLessThan(16_000)
    })
  )
})

describe("follow", () => {
  it.scoped("reads what was appended, and all where the log was cut back", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const writer = LogWriter.make(folder, { opened: opened(), epochs: [] })
      yield* onFiles(writer.write(steps(1, 2), false))
      const first = yield* onFiles(read(folder))
      yield* onFiles(writer.write([step(3), epoch(1)], false))
      const second = yield* onFiles(follow(first))
      expect(told(second.added)).toEqual([3, "EpochFinished"])
      expect([second.isRewritten, [...second.log.steps.global_step]]).toEqual([false, [1, 2, 3]])
      expect((yield* onFiles(follow(second.log))).added).toEqual([])
      yield* write(folder, 1, step(2))
      const third = yield* onFiles(follow(second.log))
      expect([third.isRewritten, [...third.log.steps.global_step]]).toEqual([true, [1, 2]])
      expect(third.log.opened.length).toBe(2)
    })
  )
})
