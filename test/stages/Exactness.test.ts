import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
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

describe("a run that is interrupted", () => {
  it.scopedLive(
    "ends as if it had not been, wherever it is stopped",
    () =>
      Effect.gen(function* () {
        const { end, events } = yield* straight({})
        expect(events.filter((event) => event._tag === "StepFinished").length).toBe(26)
        for (let at = 1; at <= events.length; at++) {
          const folder = yield* temporaryFolder
          const stopped = yield* session({ folder, interruptAt: (_, index) => index === at })
          expect(Exit.isFailure(stopped.exit) && Cause.isInterruptedOnly(stopped.exit.cause)).toBe(
            true
          )
          yield* finish({ folder })
          expect(yield* final(folder), `stopped at event ${at}`).toStrictEqual(end)
        }
      }),
    120_000
  )

  it.scopedLive(
    "ends the same after a chain of interruptions, each example seen once an epoch",
    () =>
      Effect.gen(function* () {
        const { end } = yield* straight({})
        const folder = yield* temporaryFolder
        const seen: Array<number> = []
        const pipeline = pipelineOf({ onBatch: (indices) => seen.push(...indices) })
        let sessions = 0
        for (let over = false; !over; sessions++) {
          const { exit } = yield* session({
            folder,
            pipeline,
            interruptAt: (event) => event._tag === "StepFinished" && event.phase === "train"
          })
          over = Exit.isSuccess(exit)
          if (sessions > 100) throw new Error("the chain makes no headway")
        }
        expect(sessions).toBeGreaterThan(16)
        expect(yield* final(folder)).toStrictEqual(end)
        expect(seen.length).toBe(4 * 50)
        for (let epoch = 0; epoch < 4; epoch++) {
          const inEpoch = seen.slice(50 * epoch, 50 * (epoch + 1)).sort((a, b) => a - b)
          expect(inEpoch).toStrictEqual(Array.from({ length: 50 }, (_, i) => i))
        }
      }),
    60_000
  )

  const optimizers = [
    { name: "adam", weight_decay: 0.01 },
    { name: "adamw" },
    { name: "sgd", momentum: 0.9, nesterov: true },
    { name: "rmsprop", momentum: 0.5 }
  ]
  const schedulers = [
    { name: "constant" },
    { name: "step", step_size: 1, gamma: 0.5 },
    { name: "exponential", gamma: 0.8 },
    { name: "plateau", patience: 0, factor: 0.5 }
  ]
  it.scopedLive.each(optimizers.map((optimizer, i) => ({ optimizer, scheduler: schedulers[i]! })))(
    "ends the same with $optimizer.name and the scheduler $scheduler.name",
    (training) =>
      Effect.gen(function* () {
        const { end } = yield* straight({ training })
        const folder = yield* temporaryFolder
        for (const at of [6, 9, 5]) {
          yield* session({ folder, training, interruptAt: (_, index) => index === at })
        }
        yield* finish({ folder, training })
        expect(yield* final(folder)).toStrictEqual(end)
      })
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
