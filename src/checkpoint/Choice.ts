import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Candidate, Whole } from "./Candidate.js"
import * as Candidates from "./Candidate.js"
import type { Checkpoint } from "./Checkpoint.js"
import type { CheckpointError } from "./CheckpointError.js"
import type { CheckpointShelf } from "./CheckpointStore.js"
import type { CheckpointName } from "./Names.js"

/** A whole checkpoint, and where it was. */
export interface Choice {
  readonly candidate: Whole
  readonly checkpoint: Checkpoint
}

/** The candidates for a name, the one to be preferred first. */
const ranked = (
  candidates: ReadonlyArray<Candidate>,
  name: CheckpointName
): ReadonlyArray<Whole> =>
  name === "latest"
    ? Candidates.newestFirst(candidates)
    : Option.match(Candidates.watched(candidates), {
        onNone: () => [],
        onSome: (watched) => Candidates.bestFirst(candidates, watched)
      })

/**
 * Finds the newest or best checkpoint that is whole to the last byte. Damaged ones are named in
 * warnings. One that merely cannot be read is an error: it may be the one that is wanted.
 */
export const choose = (
  candidates: ReadonlyArray<Candidate>,
  name: CheckpointName,
  load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
): Effect.Effect<Option.Option<Choice>, CheckpointError> =>
  Effect.gen(function* () {
    const passOver = (error: CheckpointError) =>
      error.reason === "Unreadable"
        ? Effect.fail(error)
        : Effect.logWarning(`passed over: ${error.message}`)
    yield* Effect.forEach(Candidates.errors(candidates), passOver, { discard: true })
    for (const candidate of ranked(candidates, name)) {
      const loaded = yield* Effect.either(load(candidate.path))
      if (loaded._tag === "Right") return Option.some({ candidate, checkpoint: loaded.right })
      yield* passOver(loaded.left)
    }
    return Option.none()
  })

/** The shelf of a folder, by how its checkpoints are listed and loaded. */
export const shelf = (
  folder: string,
  list: Effect.Effect<ReadonlyArray<Candidate>, CheckpointError>,
  load: (path: string) => Effect.Effect<Checkpoint, CheckpointError>
): CheckpointShelf => {
  const find = (name: CheckpointName) =>
    Effect.flatMap(list, (candidates) => choose(candidates, name, load))
  const candidate = (name: CheckpointName) =>
    Effect.map(
      find(name),
      Option.map((choice) => choice.candidate)
    )
  return {
    path: folder,
    list,
    load: ({ path }) => load(path),
    fetch: (name) =>
      Effect.map(
        find(name),
        Option.match({ onNone: () => null, onSome: ({ checkpoint }) => checkpoint })
      ),
    latest: candidate("latest"),
    best: candidate("best")
  }
}
