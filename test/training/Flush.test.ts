import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as tf from "holdfast/tf"
import { Observer, Run } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import { yieldToEventLoop } from "../../src/io/EventLoop.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { onExit, transaction } from "../../src/training/Flush.js"
import { Interruption, type StoppedAt } from "../../src/training/Interruption.js"
import { partsOf } from "../../src/training/ModelParts.js"
import { TypeId } from "../../src/training/Run.js"
import { tensorOf } from "../../src/training/Weights.js"
import { everyKernelRun } from "./everyKernelRun.js"
import { testBackend } from "../support/backend.js"

/** A run that writes down what is saved: the metrics of the epoch, and the first weight. */
const scene = Effect.gen(function* () {
  const saved: Array<{ readonly metrics: unknown; readonly weight: number }> = []
  const run = yield* everyKernelRun({
    steps: 1,
    epochs: 1,
    save: ({ meta, tensors }, name) =>
      Effect.gen(function* () {
        const bytes = yield* Effect.orDie([...tensors.values()][0]!.bytes)
        const weight = new Float32Array(bytes.slice().buffer)[0]!
        saved.push({ metrics: meta.position.metrics, weight })
        return { path: name, bytes: 0, milliseconds: 0 }
      })
  })
  const first = partsOf(run).weights[0]!
  const weight = () => tensorOf(first).dataSync()[0]!
  const set = (value: number) =>
    Effect.sync(() => tf.tidy(() => tensorOf(first).assign(tf.fill(tensorOf(first).shape, value))))
  const stopped: Array<StoppedAt> = []
  let reports = 0
  const end = (exit: Exit.Exit<unknown, unknown>) =>
    Effect.provideService(onExit(run[TypeId], exit), Interruption, {
      record: (last) => Effect.sync(() => void stopped.push(last)),
      report: Effect.sync(() => void reports++)
    })
  return { run, self: run[TypeId], saved, weight, set, stopped, reports: () => reports, end }
})

const layers = [Backend.layer(testBackend), Observer.silent] as const

describe("transaction", () => {
  it.scopedLive("commits the position with the effects of its part", () =>
    Effect.gen(function* () {
      const { run, self, saved, end } = yield* scene
      const at = yield* transaction(self, Run.logMetrics(run, { a: 1 }), (progress) => ({
        ...progress,
        globalStep: 7
      })).pipe(Effect.zipRight(Checkpointer.progress(self)))
      expect(at).toMatchObject({ globalStep: 7, position: { metrics: { a: 1 } } })
      yield* end(Exit.fail("later"))
      expect(saved).toMatchObject([{ metrics: { a: 1 } }])
    }).pipe(Effect.provide(layers))
  )

  it.scopedLive("has the flush save the state from before a part that fails", () =>
    Effect.gen(function* () {
      const { run, self, saved, set, stopped, weight, end } = yield* scene
      const before = weight()
      const part = set(42).pipe(
        Effect.zipRight(Run.logMetrics(run, { a: 1 })),
        Effect.zipRight(Effect.fail("broken"))
      )
      yield* end(yield* Effect.exit(transaction(self, part)))
      expect(saved).toStrictEqual([{ metrics: {}, weight: before }])
      expect(stopped).toStrictEqual([{ position: { epoch: 0, step: 0 }, path: "latest" }])
      // Once: a finalizer further out finds nothing left to do.
      yield* end(Exit.fail("again"))
      expect([saved.length, stopped.length]).toStrictEqual([1, 1])
    }).pipe(Effect.provide(layers))
  )

  it.scopedLive("inside another one is a part of that: only the outer one is undone or kept", () =>
    Effect.gen(function* () {
      const { self, saved, set, weight, end } = yield* scene
      const before = weight()
      const part = Effect.zipRight(transaction(self, set(42)), Effect.fail("broken"))
      yield* end(yield* Effect.exit(transaction(self, part)))
      expect(saved).toStrictEqual([{ metrics: {}, weight: before }])
    }).pipe(Effect.provide(layers))
  )

  it.scopedLive("saves the state from before at once when it is interrupted", () =>
    Effect.gen(function* () {
      const { self, saved, set, weight } = yield* scene
      const before = weight()
      const [begun, gate] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const part = set(42).pipe(
        Effect.zipRight(Deferred.succeed(begun, undefined)),
        Effect.zipRight(Effect.uninterruptible(Deferred.await(gate)))
      )
      const fiber = yield* Effect.fork(transaction(self, part))
      yield* Deferred.await(begun)
      yield* Fiber.interruptFork(fiber)
      while (saved.length === 0) yield* yieldToEventLoop
      expect(saved).toStrictEqual([{ metrics: {}, weight: before }])
      expect(fiber.unsafePoll()).toBe(null)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.await(fiber)
    }).pipe(Effect.provide(layers))
  )
})

describe("onExit", () => {
  it.scopedLive("saves nothing of a run that succeeds, or of one that is inconsistent", () =>
    Effect.gen(function* () {
      const { self, saved, stopped, end } = yield* scene
      yield* end(Exit.void)
      yield* Checkpointer.markUnsaveable(self, "Inconsistent")
      yield* end(Exit.fail("broken"))
      expect(saved).toStrictEqual([])
      const nothing = { position: { epoch: 0, step: 0 }, path: null }
      expect(stopped).toStrictEqual([nothing, nothing])
    }).pipe(Effect.provide(layers))
  )

  it.scopedLive("reports an interruption, once, and no other end", () =>
    Effect.gen(function* () {
      const { end, reports, stopped } = yield* scene
      yield* end(Exit.void)
      expect(reports()).toBe(0)
      yield* end(Exit.interrupt(FiberId.none))
      yield* end(Exit.interrupt(FiberId.none))
      expect(reports()).toBe(1)
      expect(stopped.at(-1)).toStrictEqual({ position: { epoch: 0, step: 0 }, path: "latest" })
      const failing = yield* scene
      yield* failing.end(Exit.fail("broken"))
      expect(failing.reports()).toBe(0)
    }).pipe(Effect.provide(layers))
  )
})

describe("Run.withWeights", () => {
  it.scopedLive("puts the run's own weights back, however the body ends", () =>
    Effect.gen(function* () {
      const { run, weight } = yield* scene
      const before = weight()
      const { name, variable } = partsOf(run).weights[0]!
      const other = { [name]: tf.fill(variable.shape as Array<number>, 42) }
      const seen = yield* Run.withWeights(run, other, Effect.sync(weight))
      expect([seen, weight()]).toStrictEqual([42, before])
      yield* Effect.exit(Run.withWeights(run, other, Effect.fail("broken")))
      expect(weight()).toBe(before)
      tf.dispose(other)
    }).pipe(Effect.provide(layers))
  )
})
