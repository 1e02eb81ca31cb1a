import { SystemError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Observer, type Event } from "holdfast"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Recorder from "../../src/runlog/Recorder.js"
import { describe as describeRun, find, read } from "../../src/runlog/RunLog.js"
import { session, temporaryFolder } from "../support/session.js"

const logIn = (folder: string) => Effect.provide(read(folder), NodeFileSystem.layer)

const stepsOf = (folder: string) => Effect.map(logIn(folder), ({ steps }) => [...steps.global_step])

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

describe("the log in the folder of a run", () => {
  it.scoped("goes to archive/ with the checkpoints of an earlier run", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training: { num_epochs: 2 }, log: true })
      const earlier = yield* logIn(`${folder}/checkpoints`)
      yield* Effect.provide(
        describeRun(`${folder}/checkpoints`, { name: "first" }),
        NodeFileSystem.layer
      )
      yield* session({ folder, training: { num_epochs: 1 }, resume: "never", log: true })
      const [now, archived] = (yield* find(folder)).runs
      expect(yield* stepsOf(now!)).toEqual(upTo(4))
      const moved = yield* logIn(archived!)
      expect([moved.run.id, moved.run.name]).toEqual([earlier.run.id, "first"])
      expect([...moved.steps.global_step]).toEqual(upTo(8))
      expect((yield* logIn(now!)).run).toMatchObject({ name: null, parent: null })
    })
  )

  it.scoped(
    "is cut back where a run goes back, and complete beside the checkpoints that it leaves",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const checkpoints = `${folder}/checkpoints`
        const training = { num_epochs: 4, keep_last: 4, save_interval: 1 }
        yield* session({ folder, training, log: true })
        const path = `${checkpoints}/epoch-0002-step-000000.safetensors`
        // Nothing is trained yet: nothing is cut back.
        yield* session({
          folder,
          training,
          resume: { path },
          log: true,
          interruptAt: ({ _tag }) => _tag === "RunStarted"
        })
        expect(yield* stepsOf(checkpoints)).toEqual(upTo(16))
        yield* session({
          folder,
          training,
          resume: { path },
          log: true,
          // By then the log is written: before a checkpoint is durable.
          killAt: ({ _tag }) => _tag === "CheckpointSaved"
        })
        const archived = (yield* find(folder)).runs.find((one) => one.includes("archive"))!
        expect(yield* stepsOf(archived)).toEqual(upTo(16))
        const log = yield* logIn(checkpoints)
        expect([...log.steps.global_step].slice(0, 8)).toEqual(upTo(8))
        expect(log.steps.global_step.length).toBeLessThan(16)
        expect(log.epochs.map(({ record }) => record.epoch).slice(0, 2)).toEqual([1, 2])
      })
  )

  it.scoped("has the checkpoint of another folder as its parent, and the epochs before it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder: `${folder}/a`, training: { num_epochs: 2 }, log: true })
      const path = `${folder}/a/checkpoints/latest_checkpoint.safetensors`
      const b = { folder: `${folder}/b`, training: { num_epochs: 3 }, log: true }
      yield* session({
        ...b,
        resume: { path },
        killAt: (event) => event._tag === "StepFinished" && event.step === 2
      })
      yield* session({ ...b, resume: { path } })
      const log = yield* logIn(`${folder}/b/checkpoints`)
      expect(log.run.parent).toMatchObject({ path, epoch: 2, step: 0 })
      expect([...log.steps.global_step]).toEqual([9, 10, 11, 12])
      expect(log.epochs.map(({ global_step, record }) => [record.epoch, global_step])).toEqual([
        [1, 4],
        [2, 8],
        [3, 12]
      ])
      expect(log.status).toBe("finished")
      expect(yield* stepsOf(`${folder}/a/checkpoints`)).toEqual(upTo(8))
    })
  )
})

describe("Recorder.beside", () => {
  const started = (folder: string): Event => ({
    _tag: "RunStarted",
    id: "a",
    folder,
    pipeline: null,
    backend: "wasm",
    config: {},
    global_step: 0,
    history: [],
    parent: null,
    epochs: 1,
    steps_per_epoch: 9,
    parameters: 1,
    from: null
  })
  const step = (global_step: number): Event => ({
    _tag: "StepFinished",
    phase: "train",
    epoch: 1,
    epochs: 1,
    step: global_step,
    steps: 9,
    loss: 1,
    examples: 1,
    measured: { global_step, loss: 1, learning_rate: 1, data_wait_ms: 0, step_ms: 1 }
  })

  it.scoped("warns once of a log that it cannot write, and writes all once it can", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const seen: Array<Event> = []
      let isFull = true
      const full = new SystemError({
        reason: "Unknown",
        module: "FileSystem",
        method: "open",
        description: "no space left on device"
      })
      const disk = Layer.map(NodeFileSystem.layer, (context) => {
        const fs = Context.get(context, FileSystem.FileSystem)
        const open: typeof fs.open = (path, options) =>
          Effect.suspend(() => (isFull ? Effect.fail(full) : fs.open(path, options)))
        return Context.make(FileSystem.FileSystem, { ...fs, open })
      })
      const display = Layer.succeed(Observer, {
        emit: (event) => Effect.sync(() => void seen.push(event))
      })
      yield* Effect.gen(function* () {
        const observer = yield* Observer
        yield* observer.emit(started(folder))
        yield* observer.emit(step(1))
        yield* observer.flush!
        yield* observer.emit(step(2))
        yield* observer.flush!
        isFull = false
        yield* observer.emit(step(3))
      }).pipe(Effect.provide(Recorder.beside(display).pipe(Layer.provide(disk))))
      const warnings = seen.flatMap((event) => (event._tag === "Notice" ? [event.message] : []))
      expect(warnings).toEqual([
        expect.stringMatching(
          /^the log of the run cannot be written: .*no space left on device.*Training continues/
        )
      ])
      expect(yield* stepsOf(folder)).toEqual([1, 2, 3])
    })
  )
})
