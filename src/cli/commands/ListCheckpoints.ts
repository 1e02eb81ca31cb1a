import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { CheckpointEntry } from "../../checkpointing/CheckpointEntry.js"
import * as CheckpointEntries from "../../checkpointing/CheckpointEntry.js"
import { whileReading } from "../../checkpointing/CheckpointError.js"
import { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import * as FileStore from "../../checkpointing/store/FileStore.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { stringify } from "../../events/JsonLines.js"
import { Output } from "../../terminal/Output.js"
import { table } from "../../terminal/Table.js"
import * as HealthLabel from "./HealthLabel.js"

/** Prints the checkpoints in a folder by what their headers say, newest first, damaged ones last. */
export const listCheckpoints = Effect.fn("List.checkpoints")(function* (options: {
  readonly folder: string
  readonly json: boolean
}) {
  const { out } = yield* Output
  const store = yield* CheckpointStore
  const fileSystem = yield* FileSystem.FileSystem
  // For a run, a folder that is not there yet holds nothing; here it is a mistake more often.
  yield* Effect.mapError(fileSystem.stat(options.folder), whileReading(options.folder))
  const candidates = yield* store.list(options.folder)
  const text = options.json
    ? stringify(toJson(candidates))
    : candidates.length === 0
      ? t`there are no checkpoints in ${Printable.value(options.folder)}`
      : draw(candidates, yield* Clock.currentTimeMillis)
  yield* out(`${text}\n`)
}, Effect.provide(FileStore.layer))

/** What the runs in the folder were judged by, if by anything. */
const watchedIn = (candidates: ReadonlyArray<CheckpointEntry>): string =>
  Option.match(CheckpointEntries.watched(candidates), {
    onNone: () => "val_loss",
    onSome: ({ metric }) => metric
  })

const valueOf = ({ health }: CheckpointEntry, metric: string): number | null =>
  Either.match(health, {
    onLeft: () => null,
    onRight: (meta) => Option.getOrNull(CheckpointEntries.metricOf(meta, metric))
  })

/** When it was saved: as it says itself, since file times do not survive copying. */
const savedAt = ({ health, modified }: CheckpointEntry): string =>
  Either.match(health, { onLeft: () => modified.toISOString(), onRight: (meta) => meta.saved_at })

/** What can be said of a candidate by its header alone, and by what names it goes. */
const remarks = ({ aliases, health, pinned }: CheckpointEntry): string =>
  [HealthLabel.word(health, false), ...aliases, ...(pinned ? [t`pinned`] : [])].join(", ")

/** The list for people; `now` in milliseconds. */
export const draw = (candidates: ReadonlyArray<CheckpointEntry>, now: number): string => {
  const metric = watchedIn(candidates)
  const rows = candidates.map((candidate) => {
    const value = valueOf(candidate, metric)
    const place = Either.match(candidate.health, {
      onLeft: () => ["", ""],
      onRight: ({ epoch, step }) => [String(epoch), String(step)]
    })
    return [
      ...place,
      value === null ? "" : Format.number(value),
      Format.age((now - Date.parse(savedAt(candidate))) / 1000),
      Format.bytes(candidate.bytes),
      candidate.name,
      remarks(candidate)
    ]
  })
  const headers = [t`epoch`, t`step`, metric, t`age`, t`size`, t`file`, t`health`]
  return HealthLabel.withTroubles(table(headers, rows), candidates)
}

/** The list for programs: `epoch` and `step` are null where the header is damaged. */
export const toJson = (candidates: ReadonlyArray<CheckpointEntry>) => {
  const metric = watchedIn(candidates)
  return candidates.map((candidate) => ({
    path: candidate.path,
    name: candidate.name,
    ...Either.match(candidate.health, {
      onLeft: () => ({ epoch: null, step: null }),
      onRight: ({ epoch, step }) => ({ epoch, step })
    }),
    metric,
    value: valueOf(candidate, metric),
    saved_at: savedAt(candidate),
    bytes: candidate.bytes,
    aliases: candidate.aliases,
    pinned: candidate.pinned,
    ...HealthLabel.toJson(candidate.health, false)
  }))
}
