import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CheckpointMeta } from "../../checkpointing/Checkpoint.js"
import type { CheckpointEntry } from "../../checkpointing/CheckpointEntry.js"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import { table } from "../../terminal/Table.js"
import * as Command from "../Command.js"
import * as HealthLabel from "../HealthLabel.js"
import { onCheckpoints } from "../Platform.js"

/** `holdfast verify`. */
export const verify = Command.make({
  name: "verify",
  summary: t`Verify every byte of a checkpoint, or of all in a folder`,
  examples: [
    ["holdfast verify checkpoints", t`verify every checkpoint in the folder`],
    ["holdfast verify checkpoints/best_model.safetensors", t`verify one checkpoint`]
  ],
  arguments: { path: Command.argument(t`a checkpoint file, or a folder of checkpoints`) },
  options: { json: Command.flag(t`print the result as JSON`) },
  notes: t`The exit code is 1 if any checkpoint is damaged or unreadable.`,
  run: (given) => onCheckpoints(verifyCheckpoints(given))
})

/** Some checkpoints are not as they were saved. */
export class VerifyError extends Data.TaggedError("VerifyError")<{
  readonly damaged: number
  readonly of: number
}> {
  override get message(): string {
    const { damaged, of } = this
    if (of === 1) return t`${damaged} of ${of} checkpoint is damaged or unreadable`
    return damaged === 1
      ? t`${damaged} of ${of} checkpoints is damaged or unreadable`
      : t`${damaged} of ${of} checkpoints are damaged or unreadable`
  }
}

/** Reads every byte of the checkpoints at a path, and prints which are as they were saved. */
const verifyCheckpoints = Effect.fn("Verify.checkpoints")(function* (options: {
  readonly path: string
  readonly json: boolean
}) {
  const { out } = yield* Output
  const store = yield* CheckpointStore
  const entries = yield* store.verify(options.path)
  const verified = yield* Effect.forEach(entries, withPosition)
  const text = options.json
    ? stringify(verified.map(toJson))
    : verified.length === 0
      ? t`there are no checkpoints in ${Printable.value(options.path)}`
      : draw(verified)
  yield* out(`${text}\n`)
  const damaged = entries.filter(({ health }) => Either.isLeft(health)).length
  if (damaged > 0) return yield* new VerifyError({ damaged, of: entries.length })
})

/** `position` is null where even the header is damaged. */
interface Verified extends CheckpointEntry {
  readonly position: Pick<CheckpointMeta, "epoch" | "step"> | null
}

/** An intact header says which checkpoint it was, whatever happened to its tensors. */
const withPosition = (entry: CheckpointEntry) =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const meta = Either.isRight(entry.health)
      ? Effect.succeed(entry.health.right)
      : Effect.map(store.inspect(entry.path), (info) => info.meta)
    const verified: Verified = {
      ...entry,
      position: yield* Effect.orElseSucceed(meta, () => null)
    }
    return verified
  })

/** A line for each checkpoint: its position, name and health. */
const draw = (verified: ReadonlyArray<Verified>): string => {
  const rows = verified.map(({ health, name, position }) => [
    position === null ? "" : String(position.epoch),
    position === null ? "" : String(position.step),
    name,
    HealthLabel.label(health, true)
  ])
  return HealthLabel.withProblems(table([t`epoch`, t`step`, t`file`, t`health`], rows), verified)
}

/** The same for programs. */
const toJson = ({ health, name, path, position }: Verified) => ({
  path,
  name,
  epoch: position?.epoch ?? null,
  step: position?.step ?? null,
  ...HealthLabel.toJson(health, true)
})
