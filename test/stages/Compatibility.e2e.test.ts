import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Determinism from "../../src/backends/Determinism.js"
import { Stage, type Event, type Run } from "holdfast"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Outcome,
  type Session
} from "../support/session.js"

const messageOf = ({ exit }: Outcome): string => {
  if (Exit.isSuccess(exit)) throw new Error("the session has succeeded")
  return (Cause.squash(exit.cause) as Error).message
}

const warnings = ({ events }: Outcome) =>
  events.flatMap((event) =>
    event._tag === "Notice" && event.level === "warning" ? [event.message] : []
  )

const changes = ({ events }: Outcome) =>
  (
    events.find((event) => event._tag === "ConfigChanged") as Extract<
      Event,
      { _tag: "ConfigChanged" }
    >
  )?.changes

/** A run stopped inside its second epoch, and then continued with as `next` says. */
const resumed = (next: Omit<Session, "folder">, first: Omit<Session, "folder"> = {}) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    yield* session({
      ...first,
      folder,
      interruptAt: (event) => event._tag === "StepFinished" && event.epoch === 2 && event.step === 2
    })
    const before = yield* Effect.flatMap(checkpointIn(folder), essence)
    expect(before).toMatchObject({ epoch: 1, step: 2 })
    const outcome = yield* session({ ...next, folder })
    return { before, folder, outcome }
  })

describe("a checkpoint that does not fit", () => {
  it.scopedLive("the model: is refused with the tensors that differ, and left alone", () =>
    Effect.gen(function* () {
      const { before, folder, outcome } = yield* resumed({ model: { units: 13 } })
      const message = messageOf(outcome).replaceAll(folder, "<folder>")
      expect(message).toMatchInlineSnapshot(`
        "<folder>/checkpoints/epoch-0001-step-000002.safetensors holds another model than the config describes:

        tensor                                 in the checkpoint  its shape  the model's
        ─────────────────────────────────────  ─────────────────  ─────────  ───────────
        dense_1.kernel                         other shape        [8, 12]    [8, 13]
        dense_1.bias                           other shape        [12]       [13]
        batch_normalization_1.gamma            other shape        [12]       [13]
        batch_normalization_1.beta             other shape        [12]       [13]
        batch_normalization_1.moving_mean      other shape        [12]       [13]
        batch_normalization_1.moving_variance  other shape        [12]       [13]
        dense_2.kernel                         other shape        [12, 3]    [13, 3]

        Set the model section of the config back to that of the checkpoint (holdfast inspect <folder>/checkpoints/epoch-0001-step-000002.safetensors shows it), or start this model from scratch with --resume never, which moves the earlier checkpoints aside."
      `)
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(before)
    })
  )

  it.scopedLive("the number of classes: is refused before training, naming both numbers", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const outcome = yield* session({ folder, data: { classes: 5 } })
      expect(messageOf(outcome)).toContain(
        "the model tells 3 classes apart, but blobs has 5 (corner-0, corner-1, corner-2, corner-3, " +
          "corner-4). Give its last layer 5 units (model.num_classes is 3)"
      )
    })
  )

  it.scopedLive("data with another number of classes: is refused, naming both", () =>
    Effect.gen(function* () {
      const { outcome } = yield* resumed({ data: { classes: 2 } })
      expect(messageOf(outcome)).toContain(
        "the model tells 3 classes apart, but blobs has 2 (corner-0, corner-1)"
      )
      // A model that was changed with them is refused before the data is loaded.
      const both = yield* resumed({ data: { classes: 2 }, model: { num_classes: 2 } })
      expect(messageOf(both.outcome)).toContain("holds another model than the config describes")
      expect(both.outcome.events.some(({ _tag }) => _tag === "DatasetLoaded")).toBe(false)
    })
  )

  it.scopedLive(
    "the data: is refused, unless a change is allowed; then the epoch begins again",
    () =>
      Effect.gen(function* () {
        const data = { size: 40 }
        const refused = yield* resumed({ data })
        expect(messageOf(refused.outcome)).toContain("--allow-dataset-change")
        expect(messageOf(refused.outcome)).toMatch(/train +50 +40/)
        const { outcome } = yield* resumed({ data, allowDatasetChange: true })
        expect(outcome.exit._tag).toBe("Success")
        expect(warnings(outcome)).toStrictEqual([
          expect.stringContaining("the current epoch starts again")
        ])
        const steps = outcome.events.filter(
          (event) => event._tag === "StepFinished" && event.phase === "train" && event.epoch === 2
        )
        expect(steps.length).toBe(3)
      })
  )
})

describe("data that has changed between two stages of an epoch", () => {
  it.scopedLive("leaves what the epoch has done", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const broken = Stage.make("broken", {
        description: "fail",
        run: (_run: Run.Run) => Effect.fail("broken")
      })
      yield* session({ folder, pipeline: pipelineOf({ extra: broken }) })
      expect((yield* checkpointIn(folder)).meta).toMatchObject({
        step: 4,
        scheduler_state_dict: { last_epoch: 1 }
      })
      const fixed = Stage.make("broken", {
        description: "fixed",
        run: (run: Run.Run) => Effect.succeed(run)
      })
      const { exit } = yield* session({
        folder,
        pipeline: pipelineOf({ extra: fixed }),
        data: { size: 40 },
        allowDatasetChange: true
      })
      expect(exit._tag).toBe("Success")
      const { meta } = yield* checkpointIn(folder)
      expect(meta).toMatchObject({ epoch: 4, scheduler_state_dict: { last_epoch: 4 } })
      expect(meta.global_step).toBe(4 + 3 * 3)
    })
  )
})

describe("a config that has changed", () => {
  it.scopedLive("wins, but for the seed, and is shown old and new", () =>
    Effect.gen(function* () {
      const { folder, outcome } = yield* resumed({
        training: { learning_rate: 0.5, batch_size: 10, seed: 99, scheduler: { name: "constant" } }
      })
      expect(outcome.exit._tag).toBe("Success")
      expect(changes(outcome)).toEqual(
        expect.arrayContaining([
          { path: "training.learning_rate", before: 0.02, after: 0.5, wins: "config" },
          { path: "training.batch_size", before: 16, after: 10, wins: "config" },
          { path: "training.seed", before: 7, after: 99, wins: "checkpoint" },
          { path: "training.scheduler.name", before: "cosine", after: "constant", wins: "config" }
        ])
      )
      const { meta } = yield* checkpointIn(folder)
      expect(meta.random_state.seed).toBe(7)
      expect(meta.train_history.map((record) => record.learning_rate)).toStrictEqual([
        0.02, 0.5, 0.5, 0.5
      ])
      // Two steps of 16 were done, so two of 10 were due.
      const inSecond = outcome.events.filter(
        (event) => event._tag === "StepFinished" && event.phase === "train" && event.epoch === 2
      )
      expect(inSecond).toMatchObject([
        { step: 3, steps: 4, examples: 10 },
        { step: 4, steps: 4, examples: 8 }
      ])
    })
  )

  it.scopedLive("to another optimizer lets that begin without a state, and says so", () =>
    Effect.gen(function* () {
      const { folder, outcome } = yield* resumed({ training: { optimizer: { name: "sgd" } } })
      expect(outcome.exit._tag).toBe("Success")
      expect(warnings(outcome)).toStrictEqual([expect.stringContaining("sgd starts without one")])
      const { meta } = yield* checkpointIn(folder)
      expect(meta.optimizer_state_dict).toStrictEqual({ name: "sgd", step: 2 + 4 + 4 })
    })
  )

  it.scopedLive("to another backend is allowed, and is no longer called exact", () =>
    Effect.gen(function* () {
      const { outcome } = yield* resumed({ backend: "cpu" })
      expect(outcome.exit._tag).toBe("Success")
      expect(warnings(outcome)).toStrictEqual([
        expect.stringContaining("no longer exact to the bit")
      ])
    })
  )

  it.scopedLive("to a backend that is no longer deterministic warns, or is refused", () => {
    const before = Determinism.of("cpu")!
    return Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const options = { folder, backend: "cpu" } as const
      yield* session({ ...options, interruptAt: (event) => event._tag === "EpochFinished" })
      expect((yield* checkpointIn(folder)).meta.deterministic).toBe(true)
      Determinism.declare("cpu", { holds: "Nowhere" })
      expect(messageOf(yield* session({ ...options, deterministic: true }))).toBe(
        "backend cpu cannot be used: it is not deterministic; choose wasm, tensorflow or cpu, or " +
          "leave out --deterministic"
      )
      expect(warnings(yield* session(options))).toStrictEqual([
        expect.stringContaining("without --deterministic this run is not")
      ])
      expect((yield* checkpointIn(folder)).meta.deterministic).toBe(false)
    }).pipe(Effect.ensuring(Effect.sync(() => Determinism.declare("cpu", before))))
  })

  it.scopedLive("in the number of epochs is shown where the learning rates follow from it", () =>
    Effect.gen(function* () {
      const longer = { num_epochs: 5 }
      expect(changes((yield* resumed({ training: longer })).outcome)).toStrictEqual([
        { path: "training.num_epochs", before: 4, after: 5, wins: "config" }
      ])
      const constant = { scheduler: { name: "constant" } }
      const { outcome } = yield* resumed(
        { training: { ...constant, ...longer } },
        { training: constant }
      )
      expect(changes(outcome)).toBe(undefined)
    })
  )

  it.scopedLive("in what is kept, and when, is not mentioned", () =>
    Effect.gen(function* () {
      const { outcome } = yield* resumed({ training: { save_interval: 1, keep_last: 3 } })
      expect(outcome.exit._tag).toBe("Success")
      expect(changes(outcome)).toBe(undefined)
      expect(warnings(outcome)).toStrictEqual([])
    })
  )
})
