import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { CheckpointStore, Resumption, type Event } from "holdfast"
import { chooseStart } from "../../src/checkpointing/resume/ChooseStart.js"
import type { RunConfig } from "../../src/training/Run.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Outcome
} from "../support/session.js"

const started = (outcome: Outcome) =>
  outcome.events.find((event) => event._tag === "RunStarted") as Extract<
    Event,
    { _tag: "RunStarted" }
  >

const ended = (outcome: Outcome) => {
  expect(outcome.exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
  return outcome
}

const errorOf = ({ exit }: Outcome): { readonly _tag: string; readonly message: string } => {
  if (Exit.isSuccess(exit)) throw new Error("the session has succeeded")
  return Cause.squash(exit.cause) as never
}

const epochsTrained = ({ events }: Outcome) =>
  events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record.epoch] : []))

const files = (folder: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fileSystem) => fileSystem.readDirectory(folder, { recursive: true })),
    Effect.map((names) => names.filter((name) => name.endsWith(".safetensors")).sort()),
    Effect.provide(NodeFileSystem.layer)
  )

/** Damages the last tensor of a checkpoint, not its header. */
const flipLastBit = (file: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const bytes = yield* fileSystem.readFile(file)
    bytes[bytes.length - 1]! ^= 1
    yield* fileSystem.writeFile(file, bytes)
  }).pipe(Effect.provide(NodeFileSystem.layer))

const copy = (from: string, to: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fileSystem) => fileSystem.copyFile(from, to)),
    Effect.provide(NodeFileSystem.layer)
  )

/** What each name in a folder stands for. */
const contents = (folder: string) =>
  Effect.flatMap(files(folder), (names) =>
    Effect.forEach(names, (name) =>
      FileSystem.FileSystem.pipe(
        Effect.flatMap((fileSystem) => fileSystem.readFile(`${folder}/${name}`)),
        Effect.map((bytes) => `${name} ${createHash("sha256").update(bytes).digest("hex")}`),
        Effect.provide(NodeFileSystem.layer)
      )
    )
  )

const twoEpochs = { num_epochs: 2 }

describe("restoreOrInit", () => {
  it.scopedLive("asks about an earlier run, and continues with the epoch after its last", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: twoEpochs }))
      const again = ended(yield* session({ folder, answer: true }))
      expect(again.asked).toBe(1)
      expect(started(again).from).toMatchObject({ epoch: 2, step: 0 })
      expect(epochsTrained(again)).toStrictEqual([3, 4])
    })
  )

  it.scopedLive("starts from scratch after a no, and moves what was there aside", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: twoEpochs }))
      const before = yield* checkpointIn(folder)
      const again = ended(yield* session({ folder, training: twoEpochs, answer: false }))
      expect(started(again).from).toBe(null)
      expect(epochsTrained(again)).toStrictEqual([1, 2])
      const archived = again.events.find((event) => event._tag === "EarlierRunArchived")
      expect((yield* files(archived!.path)).length).toBeGreaterThan(0)
      expect((yield* checkpointIn(folder)).meta.run_id).not.toBe(before.meta.run_id)
    })
  )

  it.scopedLive("continues without a question where there is no terminal, and says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: twoEpochs }))
      const again = ended(yield* session({ folder }))
      expect(again.asked).toBe(0)
      expect(started(again).from).toMatchObject({ epoch: 2, reason: "NonInteractive" })
    })
  )

  it.scopedLive("takes resume_from from the config, which --resume beats", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: twoEpochs }))
      const path = `${folder}/checkpoints/best_model.safetensors`
      const { meta } = yield* checkpointIn(folder, "best_model")
      const training = { resume_from: path }
      const again = ended(yield* session({ folder, training, answer: false }))
      expect(again.asked).toBe(0)
      expect(started(again).from).toMatchObject({ path, epoch: meta.epoch })
      const fresh = ended(yield* session({ folder, training, resume: "never" }))
      expect(started(fresh).from).toBe(null)
    })
  )

  it.scopedLive("trains on from the best epoch to a larger num_epochs", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 2) })
      ended(yield* session({ folder, pipeline, training: { num_epochs: 3 } }))
      const again = ended(
        yield* session({ folder, pipeline, resume: "best", training: { num_epochs: 5 } })
      )
      expect(started(again).from).toMatchObject({ epoch: 2, step: 0 })
      expect(epochsTrained(again)).toStrictEqual([3, 4, 5])
      const { meta } = yield* checkpointIn(folder)
      expect(meta.train_history.map((record) => record.epoch)).toStrictEqual([1, 2, 3, 4, 5])
    })
  )

  it.scopedLive("finds the newest also when the clock has been set back meanwhile", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: twoEpochs }))
      const before = (yield* checkpointIn(folder)).meta.saved_at
      const lastYear: Clock.Clock = Object.create(Clock.make(), {
        currentTimeMillis: { value: Effect.succeed(Date.parse(before) - 365 * 24 * 3600 * 1000) }
      })
      const stopped = yield* session({
        folder,
        interruptAt: (event) => event._tag === "EpochFinished"
      }).pipe(Effect.withClock(lastYear))
      expect(epochsTrained(stopped)).toStrictEqual([3])
      expect((yield* checkpointIn(folder)).meta.saved_at > before).toBe(true)
      expect(started(yield* session({ folder })).from).toMatchObject({ epoch: 3 })
    })
  )

  it.scopedLive("says that a run is already at its end, and changes nothing", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder }))
      const before = (yield* checkpointIn(folder)).meta
      const again = ended(yield* session({ folder }))
      expect(again.events.map((event) => event._tag)).toContain("AlreadyFinished")
      expect(epochsTrained(again)).toStrictEqual([])
      expect((yield* checkpointIn(folder)).meta).toStrictEqual(before)
    })
  )

  it.scopedLive("does not start from scratch when the checkpoint asked for is missing", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const resume of ["latest", "best"] as const) {
        const error = errorOf(yield* session({ folder, resume }))
        expect(error.message).toContain(`--resume asks for the ${resume} checkpoint`)
      }
      const path = `${folder}/no-such.safetensors`
      const error = errorOf(yield* session({ folder, resume: { path } }))
      expect(error.message).toContain(path)
      const configured = errorOf(yield* session({ folder, training: { resume_from: path } }))
      expect(configured.message).toContain(path)
    })
  )

  it.scopedLive("names intact ones where the one asked for is damaged", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: { num_epochs: 3, save_interval: 1, keep_last: 3 } }))
      const file = (epoch: number) =>
        `${folder}/checkpoints/epoch-000${epoch}-step-000000.safetensors`
      for (const epoch of [2, 3]) yield* flipLastBit(file(epoch))
      const resume = { path: file(3) }
      for (const options of [{ resume }, { training: { resume_from: resume.path } }]) {
        const error = errorOf(yield* session({ folder, ...options }))
        expect(error).toMatchObject({ reason: "Damaged", path: file(3), others: [file(1)] })
        expect(error.message).toMatch(
          /epoch-0003-\S+ is damaged: .*; intact checkpoints: \S+epoch-0001-\S+\)$/
        )
      }
    })
  )

  it.scopedLive("takes the best over into another folder, where it is measured in the end", () =>
    Effect.gen(function* () {
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 2) })
      const training = { num_epochs: 5 }
      const straight = yield* temporaryFolder
      const undisturbed = ended(yield* session({ folder: straight, pipeline, training }))
      const elsewhere = yield* temporaryFolder
      yield* session({
        folder: elsewhere,
        pipeline,
        training,
        interruptAt: (event) => event._tag === "EpochFinished" && event.record.epoch === 3
      })
      const path = `${elsewhere}/checkpoints/latest_checkpoint.safetensors`
      const before = yield* files(elsewhere)

      const folder = yield* temporaryFolder
      const again = ended(yield* session({ folder, pipeline, training, resume: { path } }))
      const evaluated = ({ events }: Outcome) => events.find((event) => event._tag === "Evaluated")
      expect(evaluated(again)).toMatchObject({ epoch: 2 })
      expect(evaluated(again)).toStrictEqual(evaluated(undisturbed))
      for (const name of ["latest_checkpoint", "best_model"] as const) {
        const end = (of: string) => Effect.flatMap(checkpointIn(of, name), essence)
        expect(yield* end(folder)).toStrictEqual(yield* end(straight))
      }
      expect(yield* files(elsewhere)).toStrictEqual(before)
    })
  )

  it.scopedLive("can be measured, and continued with, in another folder without any training", () =>
    Effect.gen(function* () {
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 2) })
      const elsewhere = yield* temporaryFolder
      ended(yield* session({ folder: elsewhere, pipeline }))
      const path = `${elsewhere}/checkpoints/latest_checkpoint.safetensors`
      const folder = yield* temporaryFolder
      for (const resume of [{ path }, { path }, "latest"] as const) {
        const { events } = ended(yield* session({ folder, pipeline, resume }))
        const tags = events.map((event) => event._tag)
        expect(tags).toContain("AlreadyFinished")
        expect(tags).not.toContain("EarlierRunArchived")
        expect(tags).not.toContain("CheckpointSaved")
        expect(events).toContainEqual(expect.objectContaining({ _tag: "Evaluated", epoch: 2 }))
      }
      expect(yield* files(`${folder}/checkpoints`)).toStrictEqual([
        "best_model.safetensors",
        "epoch-0002-step-000000.safetensors",
        "epoch-0004-step-000000.safetensors",
        "latest_checkpoint.safetensors"
      ])
    })
  )

  it.scopedLive("moves aside what a run has reached from a path that it resumes from again", () =>
    Effect.gen(function* () {
      const elsewhere = yield* temporaryFolder
      ended(yield* session({ folder: elsewhere, training: twoEpochs }))
      const path = `${elsewhere}/checkpoints/latest_checkpoint.safetensors`
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, resume: { path } }))
      const reached = yield* Effect.flatMap(checkpointIn(folder), essence)
      const { events } = yield* session({
        folder,
        resume: { path },
        interruptAt: (event) => event._tag === "RunStarted"
      })
      const archived = events.find((event) => event._tag === "EarlierRunArchived")
      expect(yield* files(archived!.path)).toContain("epoch-0004-step-000000.safetensors")
      expect((yield* checkpointIn(folder)).meta.epoch).toBe(2)
      yield* checkpointIn(folder, "best_model")
      ended(yield* session({ folder }))
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(reached)
    })
  )

  it.scopedLive(
    "leaves what it resumes from, and the best, where another run's are moved aside",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const other = yield* temporaryFolder
        const pipeline = pipelineOf({ valLoss: (epoch) => epoch })
        ended(yield* session({ folder, pipeline, training: { num_epochs: 3 } }))
        const { meta } = yield* checkpointIn(folder)
        ended(yield* session({ folder: other, training: { ...twoEpochs, seed: 8 } }))
        yield* copy(
          `${other}/checkpoints/latest_checkpoint.safetensors`,
          `${folder}/checkpoints/epoch-0009-step-000000.safetensors`
        )
        const path = `${folder}/checkpoints/epoch-0003-step-000000.safetensors`
        const again = yield* session({
          folder,
          pipeline,
          resume: { path },
          training: { num_epochs: 4 },
          interruptAt: (event) => event._tag === "EarlierRunArchived"
        })
        expect(started(again).from).toMatchObject({ path, epoch: 3 })
        const archived = again.events.find((event) => event._tag === "EarlierRunArchived")
        expect(yield* files(archived!.path)).toContain("epoch-0009-step-000000.safetensors")
        for (const [name, epoch] of [
          ["latest_checkpoint", 3],
          ["best_model", 1]
        ] as const) {
          expect((yield* checkpointIn(folder, name)).meta).toMatchObject({
            run_id: meta.run_id,
            epoch
          })
        }
      })
  )

  it.scopedLive("writes nothing at all when nothing is left to train: best", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 2) })
      const training = { num_epochs: 4, keep_last: 4, save_interval: 1, seed: 3 }
      ended(yield* session({ folder, pipeline, training: { ...training, num_epochs: 6 } }))
      const before = yield* contents(`${folder}/checkpoints`)
      const { events } = ended(
        yield* session({
          folder,
          pipeline,
          training: { ...training, num_epochs: 2 },
          resume: "best"
        })
      )
      const tags = events.map((event) => event._tag)
      expect(tags).toContain("AlreadyFinished")
      expect(tags).not.toContain("CheckpointSaved")
      expect(tags).not.toContain("EarlierRunArchived")
      expect(yield* contents(`${folder}/checkpoints`)).toStrictEqual(before)
    })
  )

  it.scopedLive("moves aside what lies after the best, once it trains on from there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ valLoss: (epoch) => Math.abs(epoch - 2) })
      const training = { num_epochs: 4, keep_last: 4, save_interval: 1 }
      ended(yield* session({ folder, pipeline, training }))
      const stopped = yield* session({
        folder,
        pipeline,
        training,
        resume: "best",
        interruptAt: ({ _tag }) => _tag === "RunStarted"
      })
      expect(stopped.events.map(({ _tag }) => _tag)).not.toContain("EarlierRunArchived")
      expect((yield* checkpointIn(folder)).meta.epoch).toBe(4)
      const { events } = ended(yield* session({ folder, pipeline, training, resume: "best" }))
      const archived = events.find((event) => event._tag === "EarlierRunArchived")
      expect(archived).toMatchObject({ after: { epoch: 2, step: 0 } })
      expect(yield* files(archived!.path)).toStrictEqual([
        "epoch-0003-step-000000.safetensors",
        "epoch-0004-step-000000.safetensors",
        "latest_checkpoint.safetensors"
      ])
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 4, best: { epoch: 2 } })
      expect((yield* checkpointIn(folder, "best_model")).meta.epoch).toBe(2)
    })
  )

  it.scopedLive("moves another run's checkpoints aside before it resumes from a path", () =>
    Effect.gen(function* () {
      const elsewhere = yield* temporaryFolder
      ended(yield* session({ folder: elsewhere, training: twoEpochs }))
      const folder = yield* temporaryFolder
      ended(yield* session({ folder, training: { ...twoEpochs, seed: 8 } }))
      const path = `${elsewhere}/checkpoints/latest_checkpoint.safetensors`
      const again = ended(yield* session({ folder, resume: { path } }))
      expect(again.events.map((event) => event._tag)).toContain("EarlierRunArchived")
      const { meta } = yield* checkpointIn(folder)
      expect(meta.run_id).toBe((yield* checkpointIn(elsewhere)).meta.run_id)
    })
  )

  it.scopedLive.each(["latest", "best", "ask"] as const)(
    "reads what it resumes from once: %s",
    (rule) =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        ended(yield* session({ folder, training: twoEpochs }))
        const store = yield* CheckpointStore
        const opened = yield* store.open(`${folder}/checkpoints`)
        const { config } = (yield* checkpointIn(folder)).meta
        const start = yield* chooseStart((config as unknown as RunConfig).training, opened).pipe(
          Effect.provideService(CheckpointStore, {
            ...store,
            load: () => Effect.die("it is read again")
          }),
          Effect.provideService(Resumption, {
            flag: Option.some(rule),
            allowDatasetChange: false,
            force: false,
            terminal: true,
            ask: () => Effect.succeed(true)
          })
        )
        expect(start.from?.checkpoint.meta.epoch).toBe(2)
      }).pipe(Effect.provide(Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)))
  )
})
