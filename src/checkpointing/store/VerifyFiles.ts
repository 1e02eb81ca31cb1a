import * as Effect from "effect/Effect"
import * as FileStat from "../../io/FileStat.js"
import type { CheckpointEntry } from "../CheckpointEntry.js"
import { whileReading } from "../CheckpointError.js"
import * as CheckpointFile from "../format/CheckpointFile.js"
import * as Listing from "./Listing.js"

/**
 * Reads every byte of the checkpoint at `file`, or of each in the folder there: their health is that
 * of the whole, not of the header alone.
 */
export const verify = Effect.fn("FileStore.verify")(function* (file: string) {
  const { type } = yield* Effect.mapError(FileStat.stat(file), whileReading(file))
  const found = type === "Directory" ? yield* Listing.files(file) : [yield* Listing.one(file)]
  return yield* Effect.forEach(found, (candidate) =>
    CheckpointFile.verify(candidate.path).pipe(
      Effect.map(({ meta }) => meta),
      Effect.either,
      Effect.map((health): CheckpointEntry => ({ ...candidate, health }))
    )
  )
})
