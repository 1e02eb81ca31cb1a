import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { t } from "../language/Text.js"
import { warn } from "../events/Notice.js"
import type { Observer } from "../events/Observer.js"
import {
  advance,
  drain,
  enqueueSound,
  isQueued,
  live,
  progress,
  snapshot,
  type Checkpointer,
  type FlushTarget
} from "./Checkpointer.js"
import type { Diverged } from "./Diverged.js"
import { Interruption } from "./Interruption.js"
import type { Progress } from "./Progress.js"
import type { Snapshot } from "./Snapshot.js"

const setTarget = (self: Checkpointer, flushTarget: FlushTarget) =>
  Ref.update(self.state, (state) => ({ ...state, flushTarget }))

/**
 * Runs `part` as a transaction: on success its effects and `advance` of the position are committed
 * together; on failure a flush records the state before it. On interruption that state is saved at
 * once, while the part finishes. Inside another transaction it is a part of that one.
 */
export const transaction = <A, E, R>(
  self: Checkpointer,
  part: Effect.Effect<A, E, R>,
  commit: (progress: Progress) => Progress = (position) => position
): Effect.Effect<A, E, R | Observer> =>
  Effect.flatMap(Ref.get(self.state), ({ flushTarget }) =>
    flushTarget._tag === "Live"
      ? Effect.acquireUseRelease(
          Effect.gen(function* () {
            const before = snapshot(self, yield* progress(self))
            yield* setTarget(self, { _tag: "Snapshot", snapshot: before })
            return before
          }),
          () => inChildFiber(part, queueUnsaved(self)),
          (before, exit) =>
            // After a failure the snapshot belongs to the flush, or to the queue, which disposes of it.
            Exit.isFailure(exit)
              ? Effect.void
              : Effect.zipRight(
                  Ref.update(self.state, (state) => ({
                    ...state,
                    progress: commit(state.progress),
                    flushTarget: live
                  })),
                  Effect.sync(before.dispose)
                )
        )
      : Effect.tap(part, advance(self, commit))
  )

/** Runs `part` in a child fiber; on interruption runs `meanwhile`, then waits for the child to end. */
const inChildFiber = <A, E, R, R2>(
  part: Effect.Effect<A, E, R>,
  meanwhile: Effect.Effect<void, never, R2>
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(restore(part))
      const waited = yield* Effect.exit(restore(Fiber.await(fiber)))
      if (Exit.isFailure(waited)) {
        // Interruption reaches children that exist now, not ones forked later.
        yield* Fiber.interruptFork(fiber)
        yield* meanwhile
      }
      return yield* Fiber.join(fiber)
    })
  )

/** Gives up what the run is, as it has diverged: no flush saves any of it. */
export const discard = (self: Checkpointer): Effect.Effect<void> =>
  Effect.map(
    Ref.getAndUpdate(self.state, (state) => ({
      ...state,
      flushTarget: { _tag: "Diverged" } as const
    })),
    ({ flushTarget }) => {
      if (flushTarget._tag === "Snapshot") flushTarget.snapshot.dispose()
    }
  )

/** Has nothing more saved, as another process has the folder. */
export const giveUp = (self: Checkpointer): Effect.Effect<void> =>
  setTarget(self, { _tag: "Flushed" })

/** Queues what is not saved yet of a run that ends early, once. */
const queueUnsaved = (self: Checkpointer): Effect.Effect<void, never, Observer> =>
  Effect.gen(function* () {
    const { flushTarget, progress } = yield* Ref.getAndUpdate(self.state, (state) =>
      state.flushTarget._tag === "Live" || state.flushTarget._tag === "Snapshot"
        ? { ...state, flushTarget: { _tag: "Queued" } as const }
        : state
    )
    switch (flushTarget._tag) {
      case "Live":
        return yield* queueLatest(self, snapshot(self, progress))
      case "Snapshot":
        return yield* queueLatest(self, flushTarget.snapshot)
      case "Inconsistent": {
        const message = t`a training step failed midway, so its state is not saved`
        return yield* warn("StepFailed", message)
      }
    }
  })

const queueLatest = (self: Checkpointer, unsaved: Snapshot) =>
  Effect.gen(function* () {
    if (yield* isQueued(self, unsaved.progress)) return unsaved.dispose()
    yield* Effect.catchAll(enqueueSound(self, "latest", unsaved), warnOfUnsaved)
  })

/** Reports that a run that ends early has diverged. */
export const warnOfUnsaved = ({ finding }: Diverged): Effect.Effect<void, never, Observer> =>
  warn("Diverged", t`${finding}. This state is not saved; the checkpoint before it is kept`)

/** Saves what is not saved yet of a run that ends early, and waits until it is durable. */
const flush = (self: Checkpointer): Effect.Effect<void, CheckpointError, Observer> =>
  Effect.zipRight(queueUnsaved(self), drain(self))

/**
 * Flushes a run that ends early, once, and records where it ends. A failed final save must not be
 * masked by the interruption: it becomes part of how the pipeline ends.
 */
export const onExit = (
  self: Checkpointer,
  exit: Exit.Exit<unknown, unknown>
): Effect.Effect<void, never, Observer> =>
  Effect.gen(function* () {
    const { record, report } = yield* Interruption
    if (Exit.isFailure(exit)) {
      if ((yield* Ref.get(self.state)).flushTarget._tag === "Flushed") return
      yield* Effect.ensuring(Effect.orDie(flush(self)), giveUp(self))
    }
    // Also of a run that succeeds: the pipeline may be interrupted after it.
    const { lastDurable } = yield* Ref.get(self.state)
    const { epoch, step } = yield* progress(self)
    yield* record({ position: { epoch, step }, path: lastDurable?.path ?? null })
    // Not where a stage has failed meanwhile: that failure is reported.
    if (Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)) yield* report
  })
