import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { emit, Run, Stage, type Event } from "holdfast"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { TypeId } from "../../src/training/Run.js"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"

const isBlocking = (event: Event) => event._tag === "Notice" && event.message === "blocking"
const isLatest = (event: Event) => event._tag === "CheckpointSaved" && event.name === "latest"

/**
 * A pipeline with a stage that nothing can interrupt, in the second epoch: until `release`, or until
 * that has not come for seconds, which `tooLong` tells; then it ends as `end` says.
 */
const stubborn = (end: Effect.Effect<void, string> = Effect.void) => {
  let release = () => {}
  let tooLong = false
  const released = new Promise<void>((resolve) => (release = resolve))
  const extra = Stage.make("stubborn", {
    description: "refuse to stop",
    run: (run: Run.Run) =>
      Effect.gen(function* () {
        // What it has done must not be in the checkpoint, not even if it has moved the run on.
        yield* Run.logMetrics(run, { touched: 1 })
        yield* Checkpointer.advance(run[TypeId], (progress) => ({
          ...progress,
          globalStep: progress.globalStep + 1
        }))
        if ((yield* Run.position(run)).epoch !== 1) return run
        yield* emit({ _tag: "Notice", level: "info", message: "blocking" })
        const timer = setTimeout(() => {
          tooLong = true
          release()
        }, 5000)
        yield* Effect.promise(() => released)
        clearTimeout(timer)
        yield* end
        return run
      }).pipe(Effect.uninterruptible)
  })
  return { pipeline: pipelineOf({ extra }), release, tooLong: () => tooLong }
}

const straight = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const { pipeline, release } = stubborn()
  release()
  yield* session({ folder, pipeline })
  return yield* Effect.flatMap(checkpointIn(folder), essence)
})

describe("a stage that cannot be interrupted", () => {
  it.scopedLive.each([
    { how: "succeeds", end: Effect.void },
    { how: "fails", end: Effect.fail("broken") }
  ])("and then $how: what was before it is saved meanwhile, once", ({ end, how }) =>
    Effect.gen(function* () {
      const undisturbed = yield* straight
      const folder = yield* temporaryFolder
      const before = tf.memory().numTensors
      const { pipeline, release, tooLong } = stubborn(end)
      let stopped = false
      const { events, exit } = yield* session({
        folder,
        pipeline,
        interruptAt: (event) => {
          if (stopped && isLatest(event)) release()
          stopped ||= isBlocking(event)
          return stopped
        }
      })
      expect(tooLong()).toBe(false)
      const after = events
        .slice(events.findIndex(isBlocking) + 1)
        .filter((event) => isLatest(event) || event._tag !== "CheckpointSaved")
        .filter((event) => event._tag !== "StageTimes")
      const position = { epoch: 1, step: 4 }
      expect(after).toMatchObject([
        { _tag: "CheckpointSaved", position },
        ...(how === "fails" ? [] : [{ _tag: "Interrupted", position, path: expect.any(String) }])
      ])
      expect(Exit.isFailure(exit) && Cause.isInterrupted(exit.cause)).toBe(true)
      const { meta } = yield* checkpointIn(folder)
      expect(meta).toMatchObject({ ...position, position: { stage: "stubborn" } })
      expect(meta.position.metrics).not.toHaveProperty("touched")
      expect(tf.memory().numTensors).toBe(before)

      const again = stubborn()
      again.release()
      yield* session({ folder, pipeline: again.pipeline })
      expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(undisturbed)
    })
  )

  it.scopedLive("has nothing saved again where what was before it is saved already", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const before = tf.memory().numTensors
      const interrupted = () => {
        const { pipeline, release } = stubborn()
        return session({
          folder,
          pipeline,
          interruptAt: (event) => {
            if (isBlocking(event)) release()
            return isBlocking(event)
          }
        })
      }
      yield* interrupted()
      const { events } = yield* interrupted()
      expect(events.map(({ _tag }) => _tag)).toStrictEqual([
        "BackendChosen",
        "DatasetLoaded",
        "RunStarted",
        "Notice",
        "StageTimes",
        "Interrupted"
      ])
      expect(events.at(-1)).toMatchObject({ position: { epoch: 1, step: 4 } })
      expect(tf.memory().numTensors).toBe(before)
    })
  )
})

describe("a stage that can be interrupted", () => {
  it.scopedLive("is, at once, and what was before it is saved", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const extra = Stage.make("endless", {
        description: "wait",
        run: (run: Run.Run) =>
          Effect.zipRight(
            emit({ _tag: "Notice", level: "info", message: "blocking" }),
            Effect.as(Effect.never, run)
          )
      })
      const pipeline = pipelineOf({ extra })
      yield* session({ folder, pipeline, interruptAt: isBlocking })
      expect((yield* checkpointIn(folder)).meta.position.stage).toBe("endless")
    })
  )
})
