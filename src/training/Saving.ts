import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Ref from "effect/Ref"
import type { CheckpointError } from "../checkpoint/CheckpointError.js"
import { emit, type Observer } from "../observe/Observer.js"
import { isSamePlace, type Progress } from "./Progress.js"
import type { Run, SaveName } from "./Run.js"
import * as Snapshot from "./Snapshot.js"

/**
 * Saves the run as it is now under the name given. `at` is the place that the checkpoint records,
 * by default where the run stands. A place that the newest save already holds is not saved again.
 */
export const save = (
  run: Run,
  name: SaveName,
  at?: Progress
): Effect.Effect<void, CheckpointError, Observer> =>
  Effect.gen(function* () {
    const progress = at ?? (yield* Ref.get(run.progress))
    if (name === "latest" && (yield* isSaved(run, progress))) return
    yield* Effect.acquireUseRelease(
      Effect.sync(() => Snapshot.take(run, progress)),
      (snapshot) => write(run, name, snapshot),
      (snapshot) => Effect.sync(snapshot.dispose)
    )
  })

/**
 * Runs an all-or-nothing part of a run. When it has succeeded the run's place becomes `advance` of
 * it, in the same breath; if it is interrupted or fails, the flush that follows records the run as
 * it was before.
 */
export const transaction = <A, E, R>(
  run: Run,
  part: Effect.Effect<A, E, R>,
  advance: (progress: Progress) => Progress
): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.gen(function* () {
      const snapshot = Snapshot.take(run, yield* Ref.get(run.progress))
      yield* Ref.set(run.boundary, snapshot)
      return snapshot
    }),
    () => part,
    (snapshot, exit) =>
      // After a failure the snapshot is what the flush is about to write, and disposes of.
      Exit.isFailure(exit)
        ? Effect.void
        : Ref.update(run.progress, advance).pipe(
            Effect.zipRight(Ref.set(run.boundary, null)),
            Effect.zipRight(Effect.sync(snapshot.dispose))
          )
  )

/**
 * Saves what is not saved yet as the run ends early. Gives the path of the checkpoint that holds
 * the run, null where there is none.
 */
export const flush = (run: Run): Effect.Effect<string | null, CheckpointError, Observer> =>
  Effect.gen(function* () {
    const boundary = yield* Ref.get(run.boundary)
    if (boundary === "torn") {
      yield* emit({
        _tag: "Notice",
        level: "warning",
        message: "a training step failed half-way, so its state is not saved"
      })
    } else if (boundary !== null) {
      yield* Ref.set(run.boundary, null)
      const saved = yield* isSaved(run, boundary.progress)
      yield* Effect.ensuring(
        saved ? Effect.void : write(run, "latest", boundary),
        Effect.sync(boundary.dispose)
      )
    } else {
      yield* save(run, "latest")
    }
    return (yield* Ref.get(run.lastSave))?.path ?? null
  })

const isSaved = (run: Run, progress: Progress) =>
  Effect.map(
    Ref.get(run.lastSave),
    (saved) => saved !== null && isSamePlace(saved.progress, progress)
  )

const write = (run: Run, name: SaveName, { checkpoint, progress }: Snapshot.Snapshot) =>
  Effect.gen(function* () {
    // A flush may write what was taken long before.
    const saved_at = new Date(yield* Clock.currentTimeMillis).toISOString()
    const saved = yield* run.store({ ...checkpoint, meta: { ...checkpoint.meta, saved_at } }, name)
    if (name === "latest") yield* Ref.set(run.lastSave, { progress, path: saved.path })
    yield* emit({
      _tag: "CheckpointSaved",
      ...saved,
      name,
      place: { epoch: progress.epoch, step: progress.step }
    })
  })
