import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Observer, Stages } from "holdfast"
import { Backend } from "../../src/backends/Backend.js"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { EpochContext } from "../../src/training/EpochContext.js"
import { TypeId } from "../../src/training/Run.js"
import { everyKernelRun } from "../training/everyKernelRun.js"
import { testBackend } from "../support/backend.js"

/** What `checkpoint` saves in the epoch under `context`, as [name, epoch, next stage]. */
const savedIn = (
  context: { readonly next: string | null } | null,
  best: { readonly epoch: number } | null = null
) =>
  Effect.gen(function* () {
    const saved: Array<readonly [string, number, string | null]> = []
    const run = yield* everyKernelRun({
      steps: 1,
      epochs: 3,
      save: ({ meta }, name) =>
        Effect.sync(() => {
          saved.push([name, meta.epoch, meta.position.stage])
          return { path: name, bytes: 0, milliseconds: 0 }
        })
    })
    const found = best && { metric: "val_loss", mode: "min" as const, value: 1, ...best }
    yield* Checkpointer.advance(run[TypeId], (progress) => ({ ...progress, best: found }))
    yield* Effect.provideService(Stages.checkpoint.run(run), EpochContext, {
      current: context && { isResumable: false, ...context },
      primary: null
    })
    yield* Checkpointer.drain(run[TypeId])
    return saved
  }).pipe(Effect.provide([Backend.layer(testBackend), Observer.silent]))

describe("checkpoint", () => {
  it.scopedLive("records the epoch as finished where it is the last stage", () =>
    Effect.gen(function* () {
      expect(yield* savedIn({ next: null })).toStrictEqual([["latest", 1, null]])
    })
  )

  it.scopedLive("records the stage that follows it", () =>
    Effect.gen(function* () {
      expect(yield* savedIn({ next: "report" })).toStrictEqual([["latest", 0, "report"]])
    })
  )

  it.scopedLive("saves the best model in the epoch that is the best, and in no other", () =>
    Effect.gen(function* () {
      expect(yield* savedIn({ next: null }, { epoch: 1 })).toStrictEqual([
        ["best", 1, null],
        ["latest", 1, null]
      ])
      expect(yield* savedIn({ next: null }, { epoch: 7 })).toStrictEqual([["latest", 1, null]])
    })
  )
})
