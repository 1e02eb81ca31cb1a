import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { Run, Stage } from "holdfast"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"

const saves = (events: ReadonlyArray<{ readonly _tag: string }>) =>
  events.flatMap((event) =>
    event._tag === "CheckpointSaved" ? [event as never] : []
  ) as ReadonlyArray<{
    readonly name: string
    readonly position: { readonly epoch: number }
  }>

describe("a run", () => {
  it.scopedLive("saves at its interval and at its end, and whenever it is the best", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events } = yield* session({
        folder,
        training: { num_epochs: 5, save_interval: 2 }
      })
      const of = (name: string) =>
        saves(events)
          .filter((event) => event.name === name)
          .map((event) => event.position.epoch)
      expect(of("latest")).toStrictEqual([2, 4, 5])
      const { meta } = yield* checkpointIn(folder)
      const losses = meta.train_history.map((record) => record["val_loss"]!)
      const bests = losses.flatMap((loss, i) =>
        losses.slice(0, i).every((before) => loss < before) ? [i + 1] : []
      )
      expect(of("best")).toStrictEqual(bests)
      const best = (yield* checkpointIn(folder, "best_model")).meta
      expect(best.best_val_loss).toBe(Math.min(...losses))
      expect(best.epoch).toBe(bests.at(-1))
    })
  )

  it.scopedLive("saves after the step at which it is asked to, continues, and ends the same", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const undisturbed = yield* temporaryFolder
      yield* session({ folder: undisturbed })
      let steps = 0
      // Four steps an epoch: the sixth is the second of the second epoch.
      const { events } = yield* session({ folder, saveRequest: Effect.sync(() => ++steps === 6) })
      const places = saves(events).flatMap(({ name, position }) =>
        name === "latest" ? [position] : []
      )
      expect(places).toStrictEqual([
        { epoch: 1, step: 2 },
        { epoch: 2, step: 0 },
        { epoch: 4, step: 0 }
      ])
      const end = (of: string) => Effect.flatMap(checkpointIn(of), essence)
      expect(yield* end(folder)).toStrictEqual(yield* end(undisturbed))
    })
  )

  it.scopedLive("never calls a NaN the best, and keeps it in the history", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const training = {
        on_divergence: "ignore",
        learning_rate: 1e30,
        num_epochs: 2,
        optimizer: { name: "sgd" }
      }
      const { events, exit } = yield* session({ folder, training })
      expect(exit._tag).toBe("Success")
      expect(saves(events).some((event) => event.name === "best")).toBe(false)
      const { meta } = yield* checkpointIn(folder)
      expect(meta.best_val_loss).toBe(null)
      expect(meta.train_history.map((record) => record["val_loss"])).toStrictEqual([NaN, NaN])
    })
  )

  it.scopedLive("frees every tensor, however it ends", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training: { num_epochs: 1 } })
      const before = tf.memory().numTensors
      yield* session({ folder, resume: "never" })
      for (const at of [1, 3, 8, 12, 20]) {
        yield* session({ folder, interruptAt: (_, index) => index === at })
      }
      yield* session({ folder, model: { units: 3 } })
      expect(tf.memory().numTensors).toBe(before)
    })
  )

  it.scopedLive("that a stage stops early is at its end, until it is to go further", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = pipelineOf({ stopAfter: 2 })
      yield* session({ folder, pipeline })
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 2, stopped: "seen enough" })
      const again = yield* session({ folder, pipeline })
      expect(again.events).toContainEqual({
        _tag: "AlreadyFinished",
        epoch: 2,
        epochs: 4,
        stopped: "seen enough",
        stopped_by: null
      })
      const further = yield* session({ folder, pipeline, training: { num_epochs: 6 } })
      expect(further.exit._tag).toBe("Success")
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 6, stopped: null })
    })
  )
})

describe("a custom stage that holds tensors", () => {
  /** The moving average of the first weight, as a stage whose tensors are in the checkpoints. */
  const movingAverage = () => {
    const averages = new WeakMap<Run.Run, { mean: tf.Tensor }>()
    return Stage.make("movingAverage", {
      description: "average the first weight",
      run: (run: Run.Run) =>
        Effect.gen(function* () {
          const weight = run.model.getWeights()[0]!
          let held = averages.get(run)
          if (held === undefined) {
            const fresh = { mean: weight.clone() }
            held = fresh
            averages.set(run, held)
            yield* Run.register(run, "movingAverage", {
              stateDict: () => ({ tensors: { mean: fresh.mean }, values: {} }),
              loadStateDict: ({ tensors }) =>
                Effect.sync(() => {
                  fresh.mean.dispose()
                  fresh.mean = tensors["mean"]!.clone()
                }),
              dispose: () => fresh.mean.dispose()
            })
          }
          const before = held.mean
          held.mean = tf.tidy(() => before.mul(0.9).add(weight.mul(0.1)))
          before.dispose()
          return run
        })
    })
  }

  it.scopedLive("continues with them to the bit, and frees them", () =>
    Effect.gen(function* () {
      const straight = yield* temporaryFolder
      yield* session({ folder: straight, pipeline: pipelineOf({ extra: movingAverage() }) })
      const end = yield* Effect.flatMap(checkpointIn(straight), essence)
      expect(Object.keys(end.bytes)).toContain("stage_states.movingAverage.mean")

      const folder = yield* temporaryFolder
      const before = tf.memory().numTensors
      for (const at of [10, 14, 9]) {
        yield* session({
          folder,
          pipeline: pipelineOf({ extra: movingAverage() }),
          interruptAt: (_, index) => index === at
        })
      }
      yield* session({ folder, pipeline: pipelineOf({ extra: movingAverage() }) })
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(end)
      expect(tf.memory().numTensors).toBe(before)
    })
  )
})

describe("a custom stage that fails", () => {
  const failing = (broken: () => boolean) =>
    Stage.make("custom", {
      description: "add a tensor-free touch",
      run: (run: Run.Run) =>
        Effect.gen(function* () {
          // What it has done before it failed must not be in the checkpoint.
          yield* Run.logMetrics(run, { touched: 1 })
          if (broken() && (yield* Run.position(run)).epoch === 1)
            return yield* Effect.fail("broken")
          return run
        })
    })

  it.scopedLive("has the run saved as it was before it; fixed, the run continues exactly", () =>
    Effect.gen(function* () {
      const straight = yield* temporaryFolder
      yield* session({ folder: straight, pipeline: pipelineOf({ extra: failing(() => false) }) })
      const end = yield* Effect.flatMap(checkpointIn(straight), essence)

      const folder = yield* temporaryFolder
      let broken = true
      const pipeline = pipelineOf({ extra: failing(() => broken) })
      const first = yield* session({ folder, pipeline })
      expect(Exit.isFailure(first.exit) && Cause.squash(first.exit.cause)).toBe("broken")
      const { meta } = yield* checkpointIn(folder)
      expect(meta).toMatchObject({ epoch: 1, step: 4, position: { stage: "custom" } })
      expect(meta.position.metrics).not.toHaveProperty("touched")
      broken = false
      yield* session({ folder, pipeline })
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(end)
    })
  )

  it.scopedLive("with a state that its schema cannot hold says so, and the run is saved", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const extra = Stage.stateful("custom", {
        description: "half a count",
        state: Schema.Struct({ count: Schema.Int }),
        initial: { count: 0 },
        run: (_run, { count }) => Effect.succeed({ count: count + 0.5 })
      })
      const { exit } = yield* session({ folder, pipeline: pipelineOf({ extra }) })
      expect(Exit.isFailure(exit) && (Cause.squash(exit.cause) as Error).message).toContain(
        "the state of the stage custom does not fit its schema"
      )
      const { meta } = yield* checkpointIn(folder)
      expect(meta.position.stage).toBe("custom")
    })
  )

  it.scopedLive("by a defect is saved likewise", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const extra = Stage.make("custom", {
        description: "die",
        run: (run: Run.Run) => Effect.as(Effect.die(new Error("bug")), run)
      })
      yield* session({ folder, pipeline: pipelineOf({ extra }) })
      expect((yield* checkpointIn(folder)).meta.position.stage).toBe("custom")
    })
  )

  it("whose name is taken is refused", () => {
    const extra = Stage.make("validate", {
      description: "again",
      run: (run: Run.Run) => Effect.succeed(run)
    })
    expect(() => pipelineOf({ extra })).toThrow("two stages of the epoch are called validate")
  })
})
