import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import type { CheckpointEntry, IntactEntry } from "../CheckpointEntry.js"
import * as CheckpointEntries from "../CheckpointEntry.js"
import { isSame, type Best, type Checkpoint, type CheckpointMeta } from "../Checkpoint.js"
import type { CheckpointWriter } from "../store/CheckpointStore.js"
import { CheckpointStore, fileOf, type CheckpointName } from "../store/CheckpointStore.js"
import { selectCheckpoint } from "../SelectCheckpoint.js"

/**
 * Whether a checkpoint may stay in the folder of a run that resumes from the checkpoint of `meta` in
 * another folder: that one itself, a best of its run, and what is damaged. One that merely cannot be
 * read may be another run's.
 */
export const fits =
  (meta: CheckpointMeta) =>
  ({ health }: CheckpointEntry): boolean =>
    Either.match(health, {
      onLeft: ({ reason }) => reason !== "Unreadable",
      onRight: (one) =>
        isSame(one, meta) ||
        CheckpointEntries.bestsOf(meta).some(([, best]) =>
          CheckpointEntries.isBestOf(meta, best)(one)
        )
    })

/** Whether one of these is intact. Not by loading them: the store keeps what it has loaded. */
const someIntact = Effect.fnUntraced(function* (candidates: ReadonlyArray<IntactEntry>) {
  const store = yield* CheckpointStore
  return yield* Effect.exists(candidates, ({ path }) =>
    Effect.map(store.verify(path), ([verified]) => Either.isRight(verified!.health))
  )
})

/** A best of its run that the checkpoint at `path` speaks of: itself, or one that lies beside it. */
const bestOf = Effect.fnUntraced(function* (path: string, checkpoint: Checkpoint, best: Best) {
  const isBest = CheckpointEntries.isBestOf(checkpoint.meta, best)
  if (isBest(checkpoint.meta)) return Option.some(checkpoint)
  const store = yield* CheckpointStore
  const found = yield* store.list(store.folderOf(path))
  const ranked = CheckpointEntries.intact(found).filter(({ meta }) => isBest(meta))
  // Only where it is not found can it be one of those whose headers are damaged.
  const errors = ranked.length === 0 ? CheckpointEntries.errors(found) : []
  return Option.map(
    yield* selectCheckpoint({ ranked, errors }, store.load),
    (choice) => choice.checkpoint
  )
})

const warn = (path: string, folder: string, name: CheckpointName, best: Best) =>
  Effect.logWarning(
    t`no intact checkpoint beside ${path} holds the best model so far (epoch ${best.epoch}, ${best.metric} ${best.value}): ${folder} has no ${fileOf(name)} until training finds a better model, and the evaluation at the end may use another one`
  )

/**
 * Imports into `folder` what a run needs that resumes there from the checkpoint at `path` in another
 * folder: the bests of the run, and that checkpoint as the latest. Returns the new path of the latter.
 * What is in `entries`, those of the folder, is not saved again; the other folder is not changed.
 */
export const importCheckpoint = Effect.fn("importCheckpoint")(function* (
  folder: CheckpointWriter,
  path: string,
  checkpoint: Checkpoint,
  entries: ReadonlyArray<CheckpointEntry>
) {
  const { meta } = checkpoint
  const own = CheckpointEntries.intact(entries)
  for (const [name, best] of CheckpointEntries.bestsOf(meta)) {
    const there = own.filter((one) => CheckpointEntries.isBestOf(meta, best)(one.meta))
    if (yield* someIntact(there)) continue
    yield* Effect.flatMap(
      bestOf(path, checkpoint, best),
      Option.match({
        onNone: () => warn(path, folder.path, name, best),
        // First: from a folder that has but the latest, nobody would look for it elsewhere again.
        onSome: (found) => Effect.asVoid(folder.save(found, name))
      })
    )
  }
  const newest = own.slice(0, 1).filter((one) => isSame(one.meta, meta))
  const [there] = (yield* someIntact(newest)) ? newest : []
  return there?.path ?? (yield* folder.save(checkpoint, "latest")).path
}, Effect.uninterruptible)
