import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { existsSync, writeFileSync } from "node:fs"
import type { Event } from "holdfast"
import { Checkpoints, CheckpointStore, Holdfast, Observer, Pipeline, Resumption } from "holdfast"
import { pipelineOf, temporaryFolder } from "../support/session.js"
import { testBackend } from "../support/backend.js"

const config = (folder: string, training: Record<string, unknown> = {}) => ({
  training: {
    checkpoint_dir: `${folder}/checkpoints`,
    num_epochs: 2,
    batch_size: 16,
    learning_rate: 0.02,
    seed: 7,
    ...training
  },
  model: {},
  data: {}
})

/** An observer that records what it sees. */
const recorder = () => {
  const events: Array<Event> = []
  return { events, layer: Observer.make((event) => Effect.sync(() => events.push(event))) }
}

const tags = (events: ReadonlyArray<Event>) =>
  events.map(({ _tag }) => _tag).filter((tag) => tag !== "StepFinished" && tag !== "Notice")

describe("Holdfast.run", () => {
  it.scopedLive("trains with a config in code, saves in files, and resumes from the latest", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const first = recorder()
      const options = {
        config: config(folder),
        backend: testBackend,
        observer: first.layer
      } as const
      yield* Holdfast.run(pipelineOf(), options)
      expect(tags(first.events).slice(0, 3)).toEqual([
        "BackendChosen",
        "DatasetLoaded",
        "RunStarted"
      ])
      const again = recorder()
      const set = { "training.num_epochs": 3 }
      yield* Holdfast.run(pipelineOf(), { ...options, set, observer: again.layer })
      expect(again.events.find(({ _tag }) => _tag === "RunStarted")).toMatchObject({
        epochs: 3,
        from: { epoch: 2, step: 0 }
      })
      const [newest] = yield* Effect.provide(
        Checkpoints.list(`${folder}/checkpoints`),
        Holdfast.fileStore
      )
      expect(newest).toMatchObject({ aliases: expect.arrayContaining(["latest"]) })
    })
  )

  it.scopedLive(
    "reads a config from a file, sets fields as --set does, and names both in errors",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const path = `${folder}/mine.json`
        writeFileSync(path, JSON.stringify(config(folder)))
        const set = ["training.num_epochs=0"]
        const error = yield* Effect.flip(Holdfast.run(pipelineOf(), { config: path, set }))
        expect(String(error)).toMatch(/--set is not valid:\n {2}training.num_epochs: found 0/)
        const inCode = yield* Effect.flip(
          Holdfast.run(pipelineOf(), { config: config(folder, { batch_size: "many" }) })
        )
        expect(String(inCode)).toMatch(
          /the configuration in code is not valid:\n {2}training.batch_size/
        )
      })
  )

  it.scopedLive("saves nothing in files where another store is given", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events, layer } = recorder()
      yield* Holdfast.run(pipelineOf(), {
        config: config(folder),
        store: CheckpointStore.memory,
        observer: layer
      })
      expect(tags(events)).toContain("CheckpointSaved")
      expect(existsSync(`${folder}/checkpoints`)).toBe(false)
    })
  )

  it.scopedLive.each([
    ["never", "never", null],
    ["best", "best", { epoch: 1 }],
    ["no", () => Effect.succeed(false), null],
    ["yes", () => Effect.succeed(true), { epoch: 2 }]
  ] as const)("resumes as asked: %s", ([, resume, from]) =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ valLoss: (epoch) => epoch })
      yield* Holdfast.run(pipeline, { config: config(folder) })
      const { events, layer } = recorder()
      const options = { config: config(folder, { num_epochs: 3 }), observer: layer }
      yield* Holdfast.run(pipeline, { ...options, resume })
      const started = events.find(({ _tag }) => _tag === "RunStarted")
      expect(started).toMatchObject({ from: from === null ? null : expect.objectContaining(from) })
    })
  )

  it.scopedLive("saves at an interruption, so that the next run resumes there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const reached = yield* Deferred.make<void>()
      const interrupted = recorder()
      const pausing = Observer.make((event) =>
        event._tag === "StepFinished" && event.epoch === 2 && event.step === 2
          ? Deferred.succeed(reached, undefined)
          : Effect.void
      )
      const fiber = yield* Effect.fork(
        Holdfast.run(pipelineOf(), {
          config: config(folder, { num_epochs: 200 }),
          observer: Observer.all(interrupted.layer, pausing)
        })
      )
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(fiber)
      const last = interrupted.events.at(-1)
      expect(last).toMatchObject({ _tag: "Interrupted", path: expect.any(String) })
      expect(tags(interrupted.events).filter((tag) => tag === "Interrupted").length).toBe(1)
      const resumed = recorder()
      yield* Holdfast.run(pipelineOf({ stopAfter: 1 }), {
        config: config(folder, { num_epochs: 200 }),
        observer: resumed.layer
      })
      const started = resumed.events.find(({ _tag }) => _tag === "RunStarted")
      expect(started).toMatchObject({
        from: last?._tag === "Interrupted" ? last.position : null
      })
    })
  )

  it.live("fails with what a layer fails with, by its type", () =>
    Effect.gen(function* () {
      const store = Layer.fail("no bucket" as const)
      const error = yield* Effect.flip(
        Effect.provide(pipelineOf().run, Holdfast.layer({ store, config: {} }))
      )
      expect(error).toBe("no bucket")
    })
  )

  it.scopedLive("takes a layer for how to resume", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const asked: Array<string> = []
      const resume = Layer.map(
        Holdfast.layer({
          resume: ({ path }) => Effect.sync(() => asked.push(path) > 0)
        }),
        (context) => context
      )
      yield* Holdfast.run(pipelineOf(), { config: config(folder) })
      yield* Holdfast.run(pipelineOf(), {
        config: config(folder, { num_epochs: 3 }),
        resume: Layer.effect(Resumption, Effect.provide(Resumption, resume))
      })
      expect(asked.length).toBe(1)
    })
  )
})

describe("Pipeline.provide", () => {
  it.scopedLive("brings a store that beats the one of the layer", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf().pipe(Pipeline.provide(CheckpointStore.memory))
      yield* Holdfast.run(pipeline, { config: config(folder) })
      expect(existsSync(`${folder}/checkpoints`)).toBe(false)
    })
  )
})

describe("Pipeline.observe", () => {
  it.scopedLive("shows every event to an observer beside the run's own, in order", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [own, beside] = [recorder(), recorder()]
      const pipeline = pipelineOf().pipe(Pipeline.observe(beside.layer))
      const exit = yield* Effect.exit(
        Holdfast.run(pipeline, { config: config(folder), observer: own.layer })
      )
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(beside.events.length).toBeGreaterThan(10)
      expect(beside.events).toEqual(own.events)
    })
  )

  it.scopedLive("keeps training where the observer dies at every event", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events, layer } = recorder()
      const broken = Observer.make(() => Effect.die("the disk of the log is full"))
      yield* Holdfast.run(pipelineOf().pipe(Pipeline.observe(broken)), {
        config: config(folder),
        observer: layer
      })
      expect(tags(events)).toContain("RunFinished")
    })
  )
})
