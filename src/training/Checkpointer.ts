import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { CheckpointName, CheckpointReader } from "../checkpointing/store/CheckpointStore.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import type { Unsaved } from "../checkpointing/Checkpoint.js"
import { emit, flush, type Observer } from "../events/Observer.js"
import { t } from "../language/Text.js"
import type { BackendError } from "../backends/BackendError.js"
import * as Readback from "../backends/Readback.js"
import { Diverged } from "./Diverged.js"
import { checkWeights } from "./Divergence.js"
import { isSamePlace, type Progress } from "./Progress.js"
import type { RunFields } from "./RunFields.js"
import * as SaveQueue from "./SaveQueue.js"
import { take, type Snapshot } from "./Snapshot.js"
import type { Summary } from "./Summary.js"
import { disposeStateDict, type StateDict, type StateError, type Stateful } from "./Stateful.js"
import * as UnreadSteps from "./UnreadSteps.js"

/**
 * Saves a run while it trains, and when it ends early. Internal: a stage reaches it through the
 * functions of `Run`.
 *
 * Between two training steps a run is consistent: a snapshot then holds everything that an exact
 * resumption needs. Each change of the state below is atomic.
 */
export interface Checkpointer {
  readonly run: RunFields
  readonly store: RunStore
  readonly queue: SaveQueue.SaveQueue
  readonly state: Ref.Ref<State>
  /** The parts of the run with memory, by name. */
  readonly registered: Map<string, Stateful>
  /** States of the checkpoint resumed from whose owners have not registered yet. */
  readonly pendingStates: Map<string, StateDict>
  /** The steps that the weights are ahead of the position. */
  readonly unread: UnreadSteps.UnreadSteps
}

/** The part of a checkpoint folder that a run uses. */
export interface RunStore {
  readonly save: (
    checkpoint: Unsaved,
    name: CheckpointName
  ) => Effect.Effect<
    { readonly path: string; readonly bytes: number; readonly milliseconds: number },
    CheckpointError
  >
  /** How often the folder was removed and made again, without the checkpoints in it. */
  readonly remade: Effect.Effect<number>
  /** The best checkpoint in the folder, of whichever run. */
  readonly best: CheckpointReader["best"]
  /** The newest checkpoint of this run that ends an epoch, or precedes the first. */
  readonly epochEnd: CheckpointReader["best"]
  /**
   * Moves aside, once, the checkpoints that are later than where the run resumes. Called before the
   * first step.
   */
  readonly archive: Effect.Effect<void, CheckpointError, Observer>
}

/** Of a run that is only tried. */
export const nowhere: RunStore = {
  save: () => Effect.dieMessage(t`a rehearsal saves nothing`),
  remade: Effect.succeed(0),
  best: Effect.succeedNone,
  epochEnd: Effect.succeedNone,
  archive: Effect.void
}

/** What a flush writes when the run ends early. */
export type FlushTarget =
  /** The state as it is then. */
  | { readonly _tag: "Live" }
  /** The state from before the transaction in progress. */
  | { readonly _tag: "Snapshot"; readonly snapshot: Snapshot }
  /** Nothing: the snapshot from before the transaction is queued already. */
  | { readonly _tag: "Queued" }
  /** Nothing: a step failed midway, so weights and position do not match. */
  | { readonly _tag: "Inconsistent" }
  /** Nothing: the run has diverged. */
  | { readonly _tag: "Diverged" }
  /** Nothing: all is written, or nothing more can be. */
  | { readonly _tag: "Flushed" }

/** A durable checkpoint of the run, and the moment that it holds. */
export interface DurableCheckpoint {
  readonly path: string
  readonly progress: Progress
}

/** Everything about a run that changes, apart from tensors. */
export interface State {
  readonly progress: Progress
  readonly flushTarget: FlushTarget
  /** The newest position that was queued under the name latest. */
  readonly lastQueued: Progress | null
  /** The newest checkpoint of the name latest that is durable. */
  readonly lastDurable: DurableCheckpoint | null
  /** How often the folder had been remade when a save was last queued. */
  readonly lastRemade: number
  /** When a save was last queued, in milliseconds since 1970; 0 before the first. */
  readonly lastSavedAt: number
  /** The same, or when the run began in this process, by a clock that nobody sets: nanoseconds. */
  readonly lastSavedNanos: bigint
  /** What evaluations have measured in this process, in their order. */
  readonly summaries: ReadonlyArray<Summary>
}

export const live: FlushTarget = { _tag: "Live" }

/** Makes the checkpointer of a run; what is still queued when the scope closes is dropped. */
export const make = (options: {
  readonly run: RunFields
  readonly store: RunStore
  readonly progress: Progress
  readonly lastDurable: DurableCheckpoint | null
  readonly lastSavedAt: number
  readonly pendingStates: Map<string, StateDict>
}): Effect.Effect<Checkpointer, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { lastDurable, lastSavedAt, pendingStates, progress, run, store } = options
    const state = yield* Ref.make<State>({
      progress,
      flushTarget: live,
      lastQueued: lastDurable?.progress ?? null,
      lastDurable,
      lastRemade: 0,
      lastSavedAt,
      lastSavedNanos: yield* Clock.currentTimeNanos,
      summaries: []
    })
    const queue = yield* SaveQueue.make(write(store, state))
    const registered = new Map<string, Stateful>()
    const unread = UnreadSteps.make(run)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        registered.forEach((part) => part.dispose?.())
        unread.dispose()
      })
    )
    return { run, store, queue, state, registered, pendingStates, unread }
  })

/** Where the run stands. */
export const progress = (self: Checkpointer): Effect.Effect<Progress> =>
  Effect.map(Ref.get(self.state), (state) => state.progress)

/** Moves the run, or changes what it records of itself; returns where it then stands. */
export const advance = (
  self: Checkpointer,
  f: (progress: Progress) => Progress
): Effect.Effect<Progress> =>
  Ref.modify(self.state, (state) => {
    const next = f(state.progress)
    return [next, { ...state, progress: next }]
  })

/** Keeps what an evaluation has measured. */
export const addSummary = (self: Checkpointer, summary: Summary): Effect.Effect<void> =>
  Ref.update(self.state, (state) => ({ ...state, summaries: [...state.summaries, summary] }))

/**
 * Makes something with memory part of the run: from now on every checkpoint holds its state. If the
 * run was resumed from a checkpoint with a state of this name, that is loaded now.
 */
export const register = (
  self: Checkpointer,
  name: string,
  part: Stateful
): Effect.Effect<void, StateError> =>
  Effect.gen(function* () {
    const pending = self.pendingStates.get(name)
    if (pending !== undefined) {
      yield* part.loadStateDict(pending)
      self.pendingStates.delete(name)
      disposeStateDict(pending)
    }
    self.registered.set(name, part)
  })

/** Takes a snapshot of the run as it is now, which records `at` as its position. */
export const snapshot = (self: Checkpointer, at: Progress): Snapshot =>
  take(
    self.run,
    {
      ...Object.fromEntries(self.pendingStates),
      ...Object.fromEntries(
        [...self.registered].map(([name, part]) => [name, part.stateDict()] as const)
      )
    },
    at
  )

/**
 * Queues a save of the run as it is now; training continues. The checkpoint records the position
 * `at`, by default the current one. A position that is saved as the latest is not saved twice. Fails
 * if the weights have diverged, or the backend has failed; they are not saved then.
 */
export const save = (
  self: Checkpointer,
  name: CheckpointName,
  at?: Progress
): Effect.Effect<void, BackendError | Diverged, Observer> =>
  Effect.gen(function* () {
    if (self.unread.size() > 0) yield* settle(self)
    const position = at ?? (yield* progress(self))
    if (name === "latest" && (yield* isQueued(self, position))) return
    yield* enqueueSound(self, name, yield* Readback.attempt(() => snapshot(self, position)))
  }).pipe(Effect.uninterruptible)

/**
 * Reads what the steps before have measured, and moves the run past them. Fails if one of them has
 * diverged, or the backend has failed: what the run is now must not be saved then.
 */
export const settle = (self: Checkpointer): Effect.Effect<void, BackendError | Diverged> =>
  Effect.tapErrorCause(self.unread.settle, (cause) => unsaveable(self, cause))

/** Records, after a step that failed, that what the run is now must not be saved. */
export const unsaveable = (self: Checkpointer, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  markUnsaveable(
    self,
    Option.getOrNull(Cause.failureOption(cause)) instanceof Diverged ? "Diverged" : "Inconsistent"
  )

/** Records that what the run now is must not be saved. A snapshot from before it stays good. */
export const markUnsaveable = (
  self: Checkpointer,
  why: "Inconsistent" | "Diverged"
): Effect.Effect<void> =>
  Ref.update(self.state, (state) =>
    state.flushTarget._tag === "Live" ? { ...state, flushTarget: { _tag: why } } : state
  )

/** Treats the current position as saved: nothing has been trained that a save could lose. */
export const skipSave = (self: Checkpointer): Effect.Effect<void> =>
  Ref.update(self.state, (state) => ({ ...state, lastQueued: state.progress }))

/** Records that the run has gone back to a durable checkpoint of its own. */
export const wentBack = (self: Checkpointer, to: DurableCheckpoint): Effect.Effect<void> =>
  Ref.update(self.state, (state) => ({
    ...state,
    progress: to.progress,
    flushTarget: live,
    lastQueued: to.progress,
    lastDurable: to
  }))

/** Waits until every queued save is durable; fails with the one that cannot be. */
export const drain = (self: Checkpointer): Effect.Effect<void, CheckpointError, Observer> =>
  self.queue.drain

/** Yields between two steps; see `SaveQueue`. */
export const yieldToEventLoop = (self: Checkpointer, started: number): Effect.Effect<void> =>
  self.queue.yieldToEventLoop(started)

/** How long ago a save was last queued, or the run began in this process. */
export const secondsSinceSave = (self: Checkpointer): Effect.Effect<number> =>
  Effect.zipWith(
    Clock.currentTimeNanos,
    Ref.get(self.state),
    (now, { lastSavedNanos }) => Number(now - lastSavedNanos) / 1e9
  )

/** Whether the folder was removed, and made again, since the run was last saved. */
export const isStoreRemade = (self: Checkpointer): Effect.Effect<boolean> =>
  Effect.zipWith(
    Ref.get(self.state),
    self.store.remade,
    ({ lastRemade }, remade) => lastRemade !== remade
  )

/** Whether the position `at` is saved, or about to be, under the name latest. */
export const isQueued = (self: Checkpointer, at: Progress) =>
  Effect.zipWith(
    Ref.get(self.state),
    isStoreRemade(self),
    ({ lastQueued }, isRemade) => lastQueued !== null && !isRemade && isSamePlace(lastQueued, at)
  )

/** Queues a snapshot whose weights have not diverged; disposes of any other. */
export const enqueueSound = (self: Checkpointer, name: CheckpointName, unchecked: Snapshot) =>
  Effect.gen(function* () {
    const started = performance.now()
    const { checkpoint, progress, weights } = unchecked
    const finite = yield* checkWeights(self.run, progress, weights).pipe(
      Effect.tapErrorTag("Diverged", () => Effect.sync(unchecked.dispose)),
      // A backend that has failed fails the save too, which reports what is lost.
      Effect.catchTag("BackendError", () => Effect.succeed(null))
    )
    const meta = finite === null ? checkpoint.meta : { ...checkpoint.meta, finite }
    const sound = { ...unchecked, checkpoint: { ...checkpoint, meta } }
    yield* enqueue(self, name, sound, performance.now() - started)
  })

const enqueue = (
  self: Checkpointer,
  name: CheckpointName,
  snapshot: Snapshot,
  pauseMillis: number
) =>
  Effect.gen(function* () {
    const [now, nanos] = [yield* Clock.currentTimeMillis, yield* Clock.currentTimeNanos]
    const remade = yield* self.store.remade
    const { lastSavedAt } = yield* Ref.updateAndGet(self.state, (state) => ({
      ...state,
      // Not when it was taken: a flush may queue what was taken long before. And always later than
      // the one before, also when the clock has been set back meanwhile.
      lastSavedAt: Math.max(now, state.lastSavedAt + 1),
      lastSavedNanos: nanos,
      ...(name === "latest" && { lastQueued: snapshot.progress, lastRemade: remade })
    }))
    yield* self.queue.enqueue({
      name,
      snapshot,
      at: new Date(lastSavedAt).toISOString(),
      pauseMillis
    })
  })

/** Writes a queued save to the store, and reports it. */
export const write =
  (store: Pick<RunStore, "save">, state: Ref.Ref<State>) =>
  (save: SaveQueue.QueuedSave): Effect.Effect<void, CheckpointError, Observer> =>
    Effect.gen(function* () {
      const { at, name, pauseMillis, snapshot } = save
      const { checkpoint, progress } = snapshot
      const meta = { ...checkpoint.meta, saved_at: at }
      yield* flush
      const saved = yield* store.save({ ...checkpoint, meta }, name)
      if (name === "latest") {
        const lastDurable = { path: saved.path, progress }
        yield* Ref.update(state, (before) => ({ ...before, lastDurable }))
      }
      yield* emit({
        _tag: "CheckpointSaved",
        name,
        path: saved.path,
        bytes: saved.bytes,
        write_ms: saved.milliseconds,
        pause_ms: pauseMillis,
        global_step: progress.globalStep,
        position: { epoch: progress.epoch, step: progress.step }
      })
      yield* Effect.annotateCurrentSpan({ name, ...positionOf(progress), bytes: saved.bytes })
    }).pipe(Effect.withSpan("save"))

const positionOf = ({ epoch, globalStep, step }: Progress) => ({
  epoch,
  step,
  global_step: globalStep
})
