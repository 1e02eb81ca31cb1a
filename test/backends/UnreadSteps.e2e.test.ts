// In a file of its own: that a backend has to be waited for stays so for the rest of the process.
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Event } from "holdfast"
import { checkExactness } from "holdfast/testing"
import * as tf from "holdfast/tf"
import { Backend } from "../../src/backends/Backend.js"
import * as Wasm from "../../src/backends/Wasm.js"
import { Diverged } from "../../src/training/Diverged.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Session
} from "../support/session.js"

let reads = 0

/** WebAssembly, as if it were a device whose results have to be waited for. */
const late = Backend.custom("wasm", {
  start: Wasm.start,
  read: (tensors) =>
    Effect.async((resume) => {
      reads++
      const handle = setImmediate(() =>
        resume(Effect.sync(() => tensors.map((tensor) => tensor.dataSync())))
      )
      return Effect.sync(() => clearImmediate(handle))
    })
}).pipe(Layer.orDie)

const steps = (events: ReadonlyArray<Event>) =>
  events.flatMap((event) =>
    event._tag === "StepFinished" ? [[event.phase, event.epoch, event.step, event.loss]] : []
  )

/** How a session ends: what it has saved, the losses that it has reported, and its error. */
const ended = Effect.fn("ended")(function* (options: Partial<Session>) {
  const folder = yield* temporaryFolder
  const before = reads
  const { events, exit } = yield* session({ ...options, folder })
  const error = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
  const saved = yield* Effect.option(Effect.flatMap(checkpointIn(folder), essence))
  return {
    end: { saved, steps: steps(events), error: Option.getOrNull(error) },
    reads: reads - before
  }
})

const diverging = { learning_rate: 1e9, optimizer: { name: "sgd" }, save_interval: "1 step" }
const sessions: ReadonlyArray<Partial<Session>> = [
  { training: { num_epochs: 3 } },
  { training: { num_epochs: 2, save_interval: "3 steps", batch_size: 4 } },
  { training: { num_epochs: 2, on_divergence: { name: "skip" } } },
  { training: { num_epochs: 2, batch_size: 4, validation_interval: 3 } },
  { training: diverging },
  { training: { ...diverging, save_interval: 1, on_divergence: { name: "restore" } } },
  { training: diverging, interruptAt: ({ _tag }) => _tag === "RunStarted" }
]

describe("steps ahead of what is read", () => {
  it.scopedLive("come to the same as steps that are read one by one", () =>
    Effect.gen(function* () {
      // Before the backend is one that has to be waited for.
      const expected = yield* Effect.forEach(sessions, (one) => ended({ backend: "wasm", ...one }))
      expect(reads).toBe(0)
      const tensors = tf.memory().numTensors
      for (const [i, one] of sessions.entries()) {
        const { end } = yield* ended({ ...one, backend: late })
        const { error, ...rest } = expected[i]!.end
        expect(end).toMatchObject(rest)
        if (error instanceof Diverged) {
          const { epoch, quantity, step } = error
          expect(end.error).toMatchObject({ epoch, quantity, step })
        } else expect(end.error).toEqual(error)
      }
      expect(expected.filter(({ end }) => end.error instanceof Diverged).length).toBe(2)
      expect(tf.memory().numTensors).toBe(tensors)
    })
  )

  it.scopedLive("are read in one go", () =>
    Effect.gen(function* () {
      const training = { num_epochs: 2, batch_size: 1, save_interval: 100 }
      const together = yield* ended({ training, backend: late })
      const each = yield* ended({
        training: { ...training, on_divergence: { name: "skip" } },
        backend: late
      })
      const trained = together.end.steps.filter(([phase]) => phase === "train").length
      expect(each.reads - together.reads).toBeGreaterThan(0.8 * trained)
      expect(together.end.steps).toStrictEqual(each.end.steps)
    })
  )

  it.scopedLive("resume to the bit, wherever the run is stopped or killed", () =>
    Effect.gen(function* () {
      for (const kill of [false, true]) {
        const { different, stops } = yield* checkExactness(pipelineOf(), {
          backend: late,
          folder: "checkpoints",
          kill,
          stopEvery: 7,
          config: {
            training: {
              checkpoint_dir: "checkpoints",
              save_interval: "2 steps",
              num_epochs: 2,
              batch_size: 8,
              learning_rate: 0.02,
              seed: 7,
              scheduler: { name: "cosine" }
            },
            model: {},
            data: {}
          }
        })
        expect(stops.length).toBeGreaterThan(4)
        expect(different).toEqual([])
      }
    })
  )
})
