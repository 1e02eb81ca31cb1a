import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { type Run, Stage, Stages } from "holdfast"
import { isOwn, next, Saved } from "../../src/stages/earlyStopping.js"
import { partsOf } from "../../src/training/ModelParts.js"
import { tensorOf } from "../../src/training/Weights.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Outcome,
  type Session
} from "../support/session.js"

/** The epoch from which on nothing gets better, by a metric that is lowest there. */
const lowestIn = (best: number) => (epoch: number) => Math.abs(epoch - best)

const stopping = (options: Stages.EarlyStopping, best = 2) =>
  pipelineOf({ valLoss: lowestIn(best), extra: Stages.earlyStopping(options) })

const trained = ({ events }: Outcome) =>
  events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record.epoch] : []))

const notices = ({ events }: Outcome) =>
  events.flatMap((event) => (event._tag === "Notice" ? [event.message] : []))

const ended = Effect.fnUntraced(function* (options: Session) {
  const outcome = yield* session(options)
  expect(outcome.exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
  return outcome
})

describe("the state of earlyStopping", () => {
  const state = { metric: "m", mode: "min", best: 1, waited: 2 } as const
  it.each([
    { value: 0.5, delta: 0, mode: "min", best: 0.5, waited: 0 },
    { value: 1, delta: 0, mode: "min", best: 1, waited: 3 },
    { value: 0.95, delta: 0.1, mode: "min", best: 1, waited: 3 },
    { value: 0.85, delta: 0.1, mode: "min", best: 0.85, waited: 0 },
    { value: 1.05, delta: 0.1, mode: "max", best: 1, waited: 3 },
    { value: 1.2, delta: 0.1, mode: "max", best: 1.2, waited: 0 },
    { value: NaN, delta: 0, mode: "min", best: 1, waited: 3 },
    { value: -Infinity, delta: 0, mode: "min", best: 1, waited: 3 }
  ] as const)("after $value ($mode, delta $delta): $best, $waited", (one) => {
    const { best, delta, mode, value, waited } = one
    expect(next({ ...state, mode }, value, delta)).toStrictEqual({ ...state, mode, best, waited })
  })

  it("is read as the speaker pipeline wrote it before", () => {
    const read = Schema.decodeUnknownSync(Saved)
    const expected = { metric: "val_loss", mode: "min", best: 0.5, waited: 3 }
    expect(read({ lowest: 0.5, waited: 3 })).toStrictEqual(expected)
    expect(read({ lowest: "Infinity", waited: 0 })).toMatchObject({ best: null, waited: 0 })
    expect(read(Schema.encodeSync(Saved)(read(expected)))).toStrictEqual(expected)
  })
})

describe("the stop reason of earlyStopping", () => {
  const state = { metric: "val_loss", mode: "min", best: 1, waited: 3 } as const
  const reason = {
    _tag: "NoImprovement",
    by: "earlyStopping",
    metric: "val_loss",
    mode: "min",
    epochs: 3
  } as const
  it("differs from that of another stage by the stage's name, whatever the metric", () => {
    expect(isOwn("earlyStopping", state, reason)).toBe(true)
    expect(isOwn("another", state, reason)).toBe(false)
    expect(isOwn("earlyStopping", { ...state, waited: 7 }, reason)).toBe(true)
  })

  it("is recognized by its text in the checkpoints of earlier releases, which have no other", () => {
    const saved = (text: string) => ({ _tag: "Custom", text }) as const
    expect(isOwn("earlyStopping", state, saved("val_loss has not fallen for 3 epochs"))).toBe(true)
    expect(isOwn("earlyStopping", state, saved("val_loss has not fallen for 4 epochs"))).toBe(false)
    expect(isOwn("earlyStopping", state, null)).toBe(false)
  })
})

describe("earlyStopping", () => {
  it("refuses options that make no sense", () => {
    expect(() => Stages.earlyStopping({ patience: 0 })).toThrow(
      "patience of earlyStopping is 0; allowed: an integer of at least 1"
    )
    expect(() => Stages.earlyStopping({ patience: 1, min_delta: -1, name: "mine" })).toThrow(
      "min_delta of mine is -1"
    )
    expect(() => Stages.earlyStopping({ patience: 1, mode: "lowest" as never })).toThrow("mode of")
    const stage = Stages.earlyStopping({ patience: 1, restore_best: true })
    expect(() => Stages.epochs(Stages.trainEpoch, stage, Stages.checkpoint)).toThrow(
      "earlyStopping needs a stage before it in the epoch that tracks the best epoch"
    )
  })

  it.scopedLive("stops a run, which stays stopped, and stops again when it is to go further", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = stopping({ patience: 3 })
      const training = { num_epochs: 9 }
      expect(trained(yield* ended({ folder, pipeline, training }))).toStrictEqual([1, 2, 3, 4, 5])
      const stopped = "val_loss has not fallen for 3 epochs"
      expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 5, stopped })

      const again = yield* ended({ folder, pipeline, training })
      expect(trained(again)).toStrictEqual([])
      expect(again.events).toContainEqual({
        _tag: "AlreadyFinished",
        epoch: 5,
        epochs: 9,
        stopped,
        stopped_by: "earlyStopping"
      })
      expect(
        trained(yield* ended({ folder, pipeline, training: { num_epochs: 30 } }))
      ).toStrictEqual([6])
      const { meta } = yield* checkpointIn(folder)
      expect(meta.stopped).toBe("val_loss has not fallen for 4 epochs")
    })
  )

  it.scopedLive("also stops with less patience than it has waited already", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* ended({ folder, pipeline: stopping({ patience: 9 }), training: { num_epochs: 6 } })
      const less = { folder, pipeline: stopping({ patience: 2 }), training: { num_epochs: 9 } }
      expect(trained(yield* ended(less))).toStrictEqual([7])
    })
  )

  it.scopedLive("with more patience continues, as if that had been so from the start", () =>
    Effect.gen(function* () {
      const training = { num_epochs: 9 }
      const straight = yield* temporaryFolder
      yield* ended({ folder: straight, training, pipeline: stopping({ patience: 5 }) })
      const folder = yield* temporaryFolder
      yield* ended({ folder, training, pipeline: stopping({ patience: 3, restore_best: true }) })
      const more = yield* ended({
        folder,
        training,
        pipeline: stopping({ patience: 5, restore_best: true })
      })
      expect(trained(more)).toStrictEqual([6, 7])
      expect(notices(more)).toContain(
        "the run had been stopped (val_loss has not fallen for 3 epochs), which earlyStopping would not do now: it resumes"
      )
      for (const name of ["latest_checkpoint", "best_model"] as const) {
        const end = (of: string) => Effect.flatMap(checkpointIn(of, name), essence)
        expect(yield* end(folder)).toStrictEqual(yield* end(straight))
      }
    })
  )

  it.scopedLive("leaves a run stopped that another stage has stopped", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const pipeline = (patience: number) =>
        pipelineOf({ stopAfter: 2, extra: Stages.earlyStopping({ patience }) })
      yield* ended({ folder, pipeline: pipeline(1), training: { num_epochs: 2 } })
      const stoppedByHand = pipelineOf({
        stopAfter: 3,
        extra: Stages.earlyStopping({ patience: 90 })
      })
      yield* ended({ folder, pipeline: stoppedByHand })
      const again = yield* ended({ folder, pipeline: pipeline(99) })
      expect(trained(again)).toStrictEqual([])
      expect(again.events).toContainEqual(
        expect.objectContaining({
          _tag: "AlreadyFinished",
          stopped: "seen enough",
          stopped_by: null
        })
      )
    })
  )

  it.scopedLive("starts over with another metric, and says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* ended({ folder, pipeline: stopping({ patience: 9 }), training: { num_epochs: 6 } })
      const options = { metric: "val_accuracy", mode: "max", patience: 3 } as const
      const other = yield* ended({
        folder,
        pipeline: stopping(options),
        training: { num_epochs: 8, learning_rate: 1e-9 }
      })
      expect(trained(other)).toStrictEqual([7, 8])
      expect(notices(other)).toContain(
        "earlyStopping now monitors val_accuracy (higher is better) instead of val_loss (lower is better): " +
          "it starts over, and what was best before does not count"
      )
      const { stage_states } = (yield* checkpointIn(folder)).meta
      const { state } = stage_states["earlyStopping"] as { state: { best: number; waited: number } }
      expect(state).toMatchObject({ metric: "val_accuracy", mode: "max" })
      expect(state.waited).toBeLessThan(2)
    })
  )

  it.scopedLive("hands the best weights on, and keeps the last ones for continuing", () =>
    Effect.gen(function* () {
      const weightsAfter: Array<ReadonlyArray<number>> = []
      let name = ""
      const read = (run: Run.Run) => {
        name = `model_state_dict.${partsOf(run).weights[0]!.name}`
        return [...tensorOf(partsOf(run).weights[0]!).dataSync()]
      }
      const watch = Stage.make("watch", {
        description: "",
        run: (run: Run.Run) =>
          Effect.as(
            Effect.sync(() => weightsAfter.push(read(run))),
            run
          )
      })
      let handedOn: ReadonlyArray<number> = []
      let fails = true
      const pipeline = pipelineOf({
        valLoss: lowestIn(2),
        extra: Stages.earlyStopping({ patience: 3, restore_best: true }),
        last: watch,
        after: Stage.make("after", {
          description: "",
          run: (run: Run.Run) =>
            Effect.suspend(() => {
              handedOn = read(run)
              return fails ? Effect.fail("not yet") : Effect.succeed(run)
            })
        })
      })
      const folder = yield* temporaryFolder
      const first = yield* session({ folder, pipeline, training: { num_epochs: 9 } })
      expect(Exit.isFailure(first.exit) && Cause.squash(first.exit.cause)).toBe("not yet")
      expect(weightsAfter.length).toBe(5)
      expect(handedOn).toStrictEqual(weightsAfter[1])
      expect(handedOn).not.toStrictEqual(weightsAfter[4])
      expect(notices(first)).toContain("the weights of epoch 2, the best, are restored")

      const bytes = yield* (yield* checkpointIn(folder)).tensors.get(name)!.bytes
      expect([...new Float32Array(bytes.slice().buffer)]).toStrictEqual(weightsAfter[4])

      handedOn = []
      fails = false
      const again = yield* ended({ folder, pipeline, training: { num_epochs: 9 } })
      expect(trained(again)).toStrictEqual([])
      expect(handedOn).toStrictEqual(weightsAfter[1])
    })
  )
})
