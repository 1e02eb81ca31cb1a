import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CheckpointEntry } from "../../checkpointing/CheckpointEntry.js"
import type { CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import * as FileStore from "../../checkpointing/store/FileStore.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { stringify } from "../../events/JsonLines.js"
import { Output } from "../../terminal/Output.js"
import { table } from "../../terminal/Table.js"
import * as HealthLabel from "./HealthLabel.js"

/** Checkpoints that are not as they were saved, so that the command fails. */
export class VerifyError extends Data.TaggedError("VerifyError")<{
  readonly damaged: number
  readonly of: number
}> {
  override get message(): string {
    const { damaged, of } = this
    if (of === 1) return t`${damaged} of ${of} checkpoint is damaged or cannot be read`
    return damaged === 1
      ? t`${damaged} of ${of} checkpoints is damaged or cannot be read`
      : t`${damaged} of ${of} checkpoints are damaged or cannot be read`
  }
}

/** Reads every byte of a checkpoint, or of each in a folder, and prints which are as they were saved. */
export const verifyCheckpoints = Effect.fn("Verify.checkpoints")(function* (options: {
  readonly path: string
  readonly json: boolean
}) {
  const { out } = yield* Output
  const store = yield* CheckpointStore
  const candidates = yield* store.verify(options.path)
  const found = yield* Effect.forEach(candidates, withPlace)
  const text = options.json
    ? stringify(found.map(toJson))
    : found.length === 0
      ? t`there are no checkpoints in ${Printable.value(options.path)}`
      : draw(found)
  yield* out(`${text}\n`)
  const damaged = candidates.filter(({ health }) => Either.isLeft(health)).length
  if (damaged > 0) return yield* new VerifyError({ damaged, of: candidates.length })
}, Effect.provide(FileStore.layer))

/** `place` is null where even the header is damaged. */
interface Verified extends CheckpointEntry {
  readonly place: Pick<CheckpointMeta, "epoch" | "step"> | null
}

/** A header that is whole says which checkpoint it was, whatever became of its tensors. */
const withPlace = (candidate: CheckpointEntry) =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const meta = Either.isRight(candidate.health)
      ? Effect.succeed(candidate.health.right)
      : Effect.map(store.inspect(candidate.path), (info) => info.meta)
    const verified: Verified = {
      ...candidate,
      place: yield* Effect.orElseSucceed(meta, () => null)
    }
    return verified
  })

/** A checkpoint a line: which it is, and how it is. */
const draw = (found: ReadonlyArray<Verified>): string => {
  const rows = found.map(({ health, name, place }) => [
    place === null ? "" : String(place.epoch),
    place === null ? "" : String(place.step),
    name,
    HealthLabel.word(health, true)
  ])
  return HealthLabel.withTroubles(table([t`epoch`, t`step`, t`file`, t`health`], rows), found)
}

/** The same for programs. */
const toJson = ({ health, name, path, place }: Verified) => ({
  path,
  name,
  epoch: place?.epoch ?? null,
  step: place?.step ?? null,
  ...HealthLabel.toJson(health, true)
})
