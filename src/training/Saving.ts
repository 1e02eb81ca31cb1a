import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import type { CheckpointName } from "../checkpointing/store/CheckpointStore.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { t } from "../language/Text.js"
import { emit, type Observer } from "../events/Observer.js"
import type { Diverged } from "./Diverged.js"
import { checkWeights } from "./Divergence.js"
import { isSamePlace, type Progress } from "./Progress.js"
import { position, type Run } from "./Run.js"
import type { Order } from "./Saver.js"
import * as RunState from "./RunState.js"
import type { Snapshot } from "./Snapshot.js"

/**
 * Has the run saved under the name given, as it is now, while it goes on. `at` is the place that
 * the checkpoint records, by default where the run stands. A place that has been saved as the
 * latest is not saved again. Fails if the weights have diverged, which are then not saved.
 */
export const save = (
  run: Run,
  name: CheckpointName,
  at?: Progress
): Effect.Effect<void, Diverged, Observer> =>
  Effect.gen(function* () {
    const progress = at ?? (yield* Ref.get(run.progress))
    if (name === "latest" && (yield* isOrdered(run, progress))) return
    yield* orderSound(run, name, RunState.take(run, progress))
  }).pipe(Effect.uninterruptible)

/**
 * Runs an all-or-nothing part of a run. When it has succeeded the run's place becomes `advance` of
 * it, in the same breath; if it fails, the flush that follows records the run as it was before. If
 * it is interrupted, that is saved at once, while the part, however unwilling, comes to its end.
 */
export const transaction = <A, E, R>(
  run: Run,
  part: Effect.Effect<A, E, R>,
  advance: (progress: Progress) => Progress
): Effect.Effect<A, E, R | Observer> =>
  Effect.acquireUseRelease(
    Effect.gen(function* () {
      const snapshot = RunState.take(run, yield* Ref.get(run.progress))
      yield* Ref.set(run.boundary, snapshot)
      return snapshot
    }),
    () => apart(part, secure(run)),
    (snapshot, exit) =>
      // After a failure the snapshot is what the flush is about to write, or has been given to the
      // saver, and is disposed of there.
      Exit.isFailure(exit)
        ? Effect.void
        : Ref.update(run.progress, advance).pipe(
            Effect.zipRight(Ref.set(run.boundary, null)),
            Effect.zipRight(Effect.sync(snapshot.dispose))
          )
  )

/** Runs `part` in a fiber of its own; once it is told to stop, does `meanwhile`, then waits for it. */
const apart = <A, E, R, R2>(
  part: Effect.Effect<A, E, R>,
  meanwhile: Effect.Effect<void, never, R2>
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(restore(part))
      const waited = yield* Effect.exit(restore(Fiber.await(fiber)))
      if (Exit.isFailure(waited)) {
        // A fiber tells those that it has forked, but not those that it forks thereafter.
        yield* Fiber.interruptFork(fiber)
        yield* meanwhile
      }
      return yield* Fiber.join(fiber)
    })
  )

/** Has what is not saved yet of a run that ends early saved. */
const secure = (run: Run): Effect.Effect<void, never, Observer> =>
  Effect.gen(function* () {
    const boundary = yield* Ref.getAndUpdate(run.boundary, (found) =>
      found === null || found === "torn" || found === "diverged" ? found : "secured"
    )
    if (boundary === "secured" || boundary === "diverged") return
    if (boundary === "torn") {
      yield* emit({
        _tag: "Notice",
        level: "warning",
        message: t`a training step failed half-way, so its state is not saved`
      })
    } else {
      const snapshot = boundary ?? RunState.take(run, yield* Ref.get(run.progress))
      if (yield* isOrdered(run, snapshot.progress)) return snapshot.dispose()
      yield* Effect.catchAll(orderSound(run, "latest", snapshot), ({ finding }) => {
        const message = t`${finding}. This state is not saved; the checkpoint before it is kept`
        return emit({ _tag: "Notice", level: "warning", message })
      })
    }
  })

/**
 * Saves what is not saved yet as the run ends early, and waits until it is durable. Gives the path
 * of the checkpoint that holds the run, null where there is none.
 */
export const flush = (run: Run): Effect.Effect<string | null, CheckpointError, Observer> =>
  Effect.gen(function* () {
    yield* secure(run)
    yield* run.saver.settle
    return (yield* Ref.get(run.lastSave))?.path ?? null
  })

/**
 * Flushes a run that ends early, once, and says where it stands. That the last save of all has
 * failed must not go under in the interruption: it becomes part of how the pipeline ends.
 */
export const onExit = (
  run: Run,
  exit: Exit.Exit<unknown, unknown>
): Effect.Effect<void, never, Observer> =>
  Effect.gen(function* () {
    if (Exit.isSuccess(exit) || (yield* Ref.getAndSet(run.isFlushed, true))) return
    const path = yield* Effect.orDie(flush(run))
    if (Cause.isInterruptedOnly(exit.cause)) {
      yield* emit({ _tag: "Interrupted", place: yield* position(run), path })
    }
  })

/** Orders a snapshot to be saved whose weights have not diverged; disposes of any other. */
const orderSound = (run: Run, name: CheckpointName, snapshot: Snapshot) =>
  Effect.gen(function* () {
    const started = performance.now()
    const { checkpoint, progress, weights } = snapshot
    const finite = yield* checkWeights(run, progress, weights).pipe(
      Effect.tapErrorTag("Diverged", () => Effect.sync(snapshot.dispose)),
      // A backend that has failed fails the save too, which says what is lost.
      Effect.catchTag("BackendError", () => Effect.succeed(null))
    )
    const meta = finite === null ? checkpoint.meta : { ...checkpoint.meta, finite }
    const sound = { ...snapshot, checkpoint: { ...checkpoint, meta } }
    yield* order(run, name, sound, performance.now() - started)
  })

/** How long ago a checkpoint was last ordered, or this process took up the run. */
export const secondsSinceSave = (run: Run): Effect.Effect<number> =>
  Effect.zipWith(
    Clock.currentTimeNanos,
    Ref.get(run.orderedAt),
    (now, then) => Number(now - then) / 1e9
  )

const isOrdered = (run: Run, progress: Progress) =>
  Effect.zipWith(
    Ref.get(run.lastOrder),
    isGone(run),
    (ordered, gone) => ordered !== null && !gone && isSamePlace(ordered, progress)
  )

/** Whether the store was removed, and had to be made again, since the run was saved last. */
export const isGone = (run: Run): Effect.Effect<boolean> =>
  Effect.zipWith(Ref.get(run.orderedIn), run.remade, (then, now) => then !== now)

const order = (run: Run, name: CheckpointName, snapshot: Snapshot, stall: number) =>
  Effect.gen(function* () {
    if (name === "latest") {
      yield* Ref.set(run.lastOrder, snapshot.progress)
      yield* Ref.set(run.orderedIn, yield* run.remade)
    }
    // Not when it was taken: a flush may order what was taken long before. And always later than
    // the one before, also when the clock has been set back meanwhile.
    const now = yield* Clock.currentTimeMillis
    yield* Ref.set(run.orderedAt, yield* Clock.currentTimeNanos)
    const at = yield* Ref.updateAndGet(run.newest, (before) => Math.max(now, before + 1))
    yield* run.saver.order({ name, snapshot, at: new Date(at).toISOString(), stall })
  })

/** Writes an order to the store, and tells of it. */
export const writer =
  (store: Run["store"], lastSave: Run["lastSave"]) =>
  ({ at, name, snapshot, stall }: Order): Effect.Effect<void, CheckpointError, Observer> =>
    Effect.gen(function* () {
      const { checkpoint, progress } = snapshot
      const meta = { ...checkpoint.meta, saved_at: at }
      const saved = yield* store({ ...checkpoint, meta }, name)
      if (name === "latest") yield* Ref.set(lastSave, { progress, path: saved.path })
      yield* emit({
        _tag: "CheckpointSaved",
        name,
        path: saved.path,
        bytes: saved.bytes,
        milliseconds: saved.milliseconds,
        stallMilliseconds: stall,
        place: { epoch: progress.epoch, step: progress.step }
      })
    })
