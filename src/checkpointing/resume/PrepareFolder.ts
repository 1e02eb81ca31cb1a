import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { emit, type Observer } from "../../events/Observer.js"
import type { CheckpointError } from "../CheckpointError.js"
import type { CheckpointWriter } from "../store/CheckpointStore.js"
import type { Start } from "./ChooseStart.js"
import * as ImportCheckpoint from "./ImportCheckpoint.js"

/**
 * Moves aside, once, what is not part of the run that resumes: the checkpoints of other runs, and
 * those that are later than where it resumes.
 */
export const archiveOnce = (
  folder: CheckpointWriter,
  { archive, from, stays }: Start
): Effect.Effect<Effect.Effect<void, CheckpointError, Observer>> =>
  Effect.gen(function* () {
    const isDone = yield* Ref.make(!archive)
    return Effect.gen(function* () {
      if (yield* Ref.get(isDone)) return
      const path = yield* folder.archive(stays)
      yield* Ref.set(isDone, true)
      const { epoch = 0, step = 0 } = from?.checkpoint.meta ?? {}
      yield* emit({
        _tag: "EarlierRunArchived",
        path,
        ...(from !== null && !from.isElsewhere && { after: { epoch, step } })
      })
    })
  })

/**
 * The path under which the folder keeps the checkpoint that the run resumes from, which is imported if
 * it is in another folder; null: the run starts from scratch.
 */
export const pathOf = (folder: CheckpointWriter, { entries, from, stays }: Start) =>
  from === null
    ? Effect.succeed(null)
    : from.isElsewhere
      ? ImportCheckpoint.importCheckpoint(folder, from.path, from.checkpoint, entries.filter(stays))
      : Effect.succeed(from.path)
