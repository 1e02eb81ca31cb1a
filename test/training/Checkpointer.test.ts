import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as TestClock from "effect/TestClock"
import { Observer, Progress } from "holdfast"
import type { Unsaved } from "../../src/checkpointing/Checkpoint.js"
import { live, write, type State } from "../../src/training/Checkpointer.js"
import { sampleMeta } from "../checkpointing/sample.js"

// Else an earlier state, written late because the disk was slow or full, would count as the newest.
it.effect("dates a checkpoint by when it was ordered, however long it waited", () =>
  Effect.gen(function* () {
    const stored: Array<Unsaved> = []
    const save = (checkpoint: Unsaved) =>
      Effect.sync(() => {
        stored.push(checkpoint)
        return { path: "best.safetensors", bytes: 1, milliseconds: 1 }
      })
    const state = yield* Ref.make<State>({
      progress: Progress.initial,
      flushTarget: live,
      lastQueued: null,
      lastDurable: null,
      lastRemade: 0,
      lastSavedAt: 0,
      lastSavedNanos: 0n,
      summaries: []
    })
    yield* TestClock.setTime(Date.UTC(2026, 0, 2))
    yield* write(
      { save },
      state
    )({
      name: "best",
      at: "2026-01-01T00:00:00.000Z",
      pauseMillis: 0,
      snapshot: {
        progress: Progress.initial,
        checkpoint: { meta: sampleMeta(1), tensors: new Map() },
        weights: [],
        dispose: () => {}
      }
    })
    expect(stored.map(({ meta }) => meta.saved_at)).toEqual(["2026-01-01T00:00:00.000Z"])
  }).pipe(Effect.provideService(Observer, { emit: () => Effect.void }))
)
