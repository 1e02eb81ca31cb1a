import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { CheckpointEntry } from "../../checkpointing/CheckpointEntry.js"
import * as CheckpointEntries from "../../checkpointing/CheckpointEntry.js"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import { table } from "../../terminal/Table.js"
import * as Command from "../Command.js"
import * as HealthLabel from "../HealthLabel.js"
import { onCheckpoints } from "../Platform.js"

/** `holdfast list`. */
export const list = Command.make({
  name: "list",
  summary: t`List the checkpoints in a folder, newest first`,
  examples: [
    ["holdfast list", t`list the checkpoints in checkpoints/`],
    ["holdfast list s3://my-bucket/runs/speaker", t`list those in a bucket, such as a mirror`]
  ],
  arguments: { folder: Command.optionalArgument(t`the folder; default: checkpoints`) },
  options: { json: Command.flag(t`print the list as JSON`) },
  notes: t`list reads only headers; verify reads every byte.`,
  run: ({ folder, json }) =>
    onCheckpoints(
      listCheckpoints(
        Option.getOrElse(folder, () => "checkpoints"),
        json
      )
    )
})

/** Prints the checkpoints in a folder by what their headers say, newest first, damaged ones last. */
const listCheckpoints = Effect.fn("List.checkpoints")(function* (folder: string, json: boolean) {
  const { out } = yield* Output
  const store = yield* CheckpointStore
  const { Storage } = yield* Effect.promise(() => import("../../checkpointing/Storage.js"))
  const { stat } = yield* Storage
  // To a run, a missing folder is an empty one; here it is more likely a mistake.
  yield* stat(folder)
  const entries = yield* store.list(folder)
  const text = json
    ? stringify(toJson(entries))
    : entries.length === 0
      ? t`there are no checkpoints in ${Printable.value(folder)}`
      : draw(entries, yield* Clock.currentTimeMillis)
  yield* out(`${text}\n`)
})

/** The metric that ranks the checkpoints of the folder. */
const metricIn = (entries: ReadonlyArray<CheckpointEntry>): string =>
  Option.match(CheckpointEntries.monitored(entries), {
    onNone: () => "val_loss",
    onSome: ({ metric }) => metric
  })

const valueOf = ({ health }: CheckpointEntry, metric: string): number | null =>
  Either.match(health, {
    onLeft: () => null,
    onRight: (meta) => Option.getOrNull(CheckpointEntries.metricOf(meta, metric))
  })

/** When it was saved: the time in the header, since file times do not survive copying. */
const savedAt = ({ health, modified }: CheckpointEntry): string =>
  Either.match(health, { onLeft: () => modified.toISOString(), onRight: (meta) => meta.saved_at })

/** Its health as far as the header tells, and its other names. */
const remarks = ({ aliases, health, pinned }: CheckpointEntry): string =>
  [HealthLabel.label(health, false), ...aliases, ...(pinned ? [t`pinned`] : [])].join(", ")

/** The list for people; `now` in milliseconds. */
export const draw = (entries: ReadonlyArray<CheckpointEntry>, now: number): string => {
  const metric = metricIn(entries)
  const rows = entries.map((entry) => {
    const value = valueOf(entry, metric)
    const position = Either.match(entry.health, {
      onLeft: () => ["", ""],
      onRight: ({ epoch, step }) => [String(epoch), String(step)]
    })
    return [
      ...position,
      value === null ? "" : Format.number(value),
      Format.age((now - Date.parse(savedAt(entry))) / 1000),
      Format.bytes(entry.bytes),
      entry.name,
      remarks(entry)
    ]
  })
  const headers = [t`epoch`, t`step`, metric, t`age`, t`size`, t`file`, t`health`]
  return HealthLabel.withProblems(table(headers, rows), entries)
}

/** The list for programs: `epoch` and `step` are null where the header is damaged. */
export const toJson = (entries: ReadonlyArray<CheckpointEntry>) => {
  const metric = metricIn(entries)
  return entries.map((entry) => ({
    path: entry.path,
    name: entry.name,
    ...Either.match(entry.health, {
      onLeft: () => ({ epoch: null, step: null }),
      onRight: ({ epoch, step }) => ({ epoch, step })
    }),
    metric,
    value: valueOf(entry, metric),
    saved_at: savedAt(entry),
    bytes: entry.bytes,
    aliases: entry.aliases,
    pinned: entry.pinned,
    ...HealthLabel.toJson(entry.health, false)
  }))
}
