import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Stages, type Event } from "holdfast"
import { soak } from "../checkpointing/simulated.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Session
} from "../support/session.js"

const finish = Effect.fn("finish")(function* (options: Session) {
  const { exit, events } = yield* session(options)
  expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
  return events
})

const final = Effect.fn("final")(function* (folder: string) {
  return {
    latest: yield* Effect.flatMap(checkpointIn(folder), essence),
    best: yield* Effect.flatMap(checkpointIn(folder, "best_model"), essence)
  }
})

/** The end of a run that nothing interrupts, and the number of events on the way there. */
const straight = Effect.fn("straight")(function* (options: Omit<Session, "folder">) {
  const folder = yield* temporaryFolder
  const { events, exit } = yield* session({ ...options, folder, resume: "never" })
  expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
  return { end: yield* final(folder), events }
})

// Each with dropout, shuffling, and noise that every batch draws again.
const combinations = [
  { optimizer: { name: "adam", weight_decay: 0.01 }, scheduler: { name: "constant" } },
  { optimizer: { name: "adamw" }, scheduler: { name: "step", step_size: 3, gamma: 0.5 } },
  {
    optimizer: { name: "sgd", momentum: 0.9, nesterov: true },
    scheduler: { name: "exponential", gamma: 0.8 }
  },
  {
    optimizer: { name: "rmsprop", momentum: 0.5 },
    scheduler: { name: "plateau", patience: 0, factor: 0.5 }
  },
  { optimizer: { name: "adam" }, scheduler: { name: "cosine" } }
].map((training) => ({ ...training, num_epochs: 20 }))

// In a soak runs are longer, and each is stopped everywhere.
const [best, patience, chain] = soak > 0 ? [6, 4, 13] : [3, 2, 8]

/** Gets worse after its best epoch, so that patience ends every run. */
const stoppedEarly = () =>
  pipelineOf({
    valLoss: (epoch) => 1 / Math.min(epoch, 2 * best + 1 - epoch),
    extra: Stages.earlyStopping({ patience })
  })

const isStep = (event: Event) => event._tag === "StepFinished"
const isTraining = (event: Event) => event._tag === "StepFinished" && event.phase === "train"

describe("a run that is interrupted", () => {
  it.scopedLive(
    "ends as if it had not been, wherever it is stopped: in a step, an evaluation, a save",
    () =>
      Effect.gen(function* () {
        const runs = yield* Effect.forEach(combinations, (training) =>
          straight({ training, pipeline: stoppedEarly() })
        )
        for (const { events } of runs) {
          // Four steps and two of validation an epoch, two of the test.
          expect(events.filter(isStep).length).toBe(6 * (best + patience) + 2)
          const saves = events.filter(({ _tag }) => _tag === "CheckpointSaved").length
          expect(saves).toBeGreaterThanOrEqual(best + patience)
        }
        const longest = Math.max(...runs.map(({ events }) => events.length))
        for (let at = 1; at <= longest; at++) {
          // In a soak every combination is stopped everywhere, else they take turns, and each epoch is
          // stopped where those beside it are not.
          for (const [i, training] of combinations.entries()) {
            const { end, events } = runs[i]!
            if (at > events.length) continue
            const epochs = events.slice(0, at).filter(({ _tag }) => _tag === "EpochFinished").length
            const isTurn = (at + epochs) % 2 === 0 && i === Math.floor(at / 2) % combinations.length
            if (soak === 0 && !isTurn) continue
            const folder = yield* temporaryFolder
            const options = { folder, training, pipeline: stoppedEarly() }
            const { exit } = yield* session({ ...options, interruptAt: (_, index) => index === at })
            expect(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)).toBe(true)
            yield* finish(options)
            const message = `${training.optimizer.name} stopped at event ${at}`
            expect(yield* final(folder), message).toStrictEqual(end)
          }
        }
      }),
    1_200_000
  )

  it.scopedLive.each(combinations)(
    "ends the same when each step is interrupted, each example seen once an epoch: $optimizer.name, $scheduler.name",
    (training) =>
      Effect.gen(function* () {
        const epochs = chain
        const options = { training: { ...training, num_epochs: epochs } }
        const { end } = yield* straight(options)
        const folder = yield* temporaryFolder
        const seen: Array<number> = []
        let fetched: Array<Int32Array> = []
        const pipeline = pipelineOf({ onBatch: (indices) => fetched.push(indices.slice()) })
        let interruptions = 0
        for (let over = false; !over; interruptions++) {
          const { events, exit } = yield* session({
            ...options,
            folder,
            pipeline,
            interruptAt: isTraining
          })
          // The interruption may find the next batch fetched, which no step was taken on.
          const steps = events.filter(isTraining).length
          for (const indices of fetched.slice(0, steps)) seen.push(...indices)
          fetched = []
          over = Exit.isSuccess(exit)
          if (interruptions > 4 * epochs) throw new Error("the chain makes no headway")
        }
        expect(interruptions).toBeGreaterThanOrEqual(4 * epochs - 2)
        expect(yield* final(folder)).toStrictEqual(end)
        expect(seen.length).toBe(50 * epochs)
        const all = Array.from({ length: 50 }, (_, i) => i)
        for (let at = 0; at < seen.length; at += 50) {
          expect(seen.slice(at, at + 50).sort((a, b) => a - b)).toStrictEqual(all)
        }
      }),
    120_000
  )

  it.scopedLive("ends the same on the plain JavaScript backend", () =>
    Effect.gen(function* () {
      const { end } = yield* straight({ backend: "cpu" })
      const folder = yield* temporaryFolder
      yield* session({ folder, backend: "cpu", interruptAt: (_, index) => index === 7 })
      yield* finish({ folder, backend: "cpu" })
      expect(yield* final(folder)).toStrictEqual(end)
    })
  )
})
