import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { CheckpointEntry } from "../checkpointing/CheckpointEntry.js"
import * as CheckpointEntries from "../checkpointing/CheckpointEntry.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import type * as Api from "./Api.js"
import { ApiFailure, failed } from "./ApiFailure.js"
import { t } from "../language/Text.js"
import { resumeCommand } from "./ResumeCommand.js"
import type { KnownRun, OpenedRun } from "./RunIndex.js"

/** What distinguishes the content of a checkpoint's file, short of reading it. */
const keyOf = ({ bytes, modified, path }: CheckpointEntry): string =>
  `${path} ${bytes} ${modified.getTime()}`

/** What every byte of a file has said. */
type Verified = Pick<Api.Checkpoint, "health" | "problem">

const verifiedOf = ({ health }: CheckpointEntry): Verified =>
  Either.match(health, {
    onLeft: ({ message }) => ({ health: "damaged", problem: message }),
    onRight: () => ({ health: "intact", problem: null })
  })

/** The checkpoints of runs, with what is known of their health. */
export const make = Effect.gen(function* () {
  const store = yield* CheckpointStore
  const verified = new Map<string, Verified>()

  const entriesOf = (folder: string) => Effect.mapError(store.list(folder), failed)

  const viewsOf = (
    { folder }: KnownRun,
    run: OpenedRun,
    entries: ReadonlyArray<CheckpointEntry>
  ) => {
    const intact = CheckpointEntries.intact(entries)
    const metric = Option.match(CheckpointEntries.monitored(entries), {
      onNone: () => "val_loss",
      onSome: (best) => best.metric
    })
    const best = CheckpointEntries.bestUnder(intact, "best")[0]?.path
    const argv = run._tag === "Log" ? run.record.environment.argv : undefined
    // As the run was started, so that the command is right where that was.
    const as = (run._tag === "Log" ? run.record.started?.folder : undefined) ?? folder
    return entries.map((entry): Api.Checkpoint => {
      const meta = Either.getOrNull(entry.health)
      const value =
        meta === null ? null : Option.getOrNull(CheckpointEntries.metricOf(meta, metric))
      const health: Verified =
        meta === null
          ? verifiedOf(entry)
          : (verified.get(keyOf(entry)) ?? { health: "unchecked", problem: null })
      return {
        name: entry.name,
        aliases: entry.aliases,
        epoch: meta?.epoch ?? null,
        step: meta?.step ?? null,
        bytes: entry.bytes,
        savedAt: meta?.saved_at ?? entry.modified.toISOString(),
        metric,
        value: value === null || !Number.isFinite(value) ? null : value,
        pinned: entry.pinned,
        best: entry.path === best,
        ...health,
        resumeCommand: meta === null ? null : resumeCommand(argv, `${as}/${entry.name}`)
      }
    })
  }

  const list = (known: KnownRun, run: OpenedRun) =>
    Effect.map(entriesOf(known.folder), (entries) => viewsOf(known, run, entries))

  /** The entry of a checkpoint by any of its names; no other file can be named. */
  const find = Effect.fnUntraced(function* ({ folder, id }: KnownRun, name: string) {
    const entries = yield* entriesOf(folder)
    const found = entries.find((entry) => entry.name === name)
    if (found !== undefined) return found
    return yield* new ApiFailure({
      reason: "NotFound",
      detail: t`run ${id} has no checkpoint ${name}`
    })
  })

  return {
    list,
    find,
    /** Reads every byte of one checkpoint, or of each. */
    verify: Effect.fn("CheckpointViews.verify")(function* (
      known: KnownRun,
      run: OpenedRun,
      name: string | undefined
    ) {
      const chosen =
        name === undefined ? yield* entriesOf(known.folder) : [yield* find(known, name)]
      for (const entry of chosen) {
        const [read] = yield* Effect.mapError(store.verify(entry.path), failed)
        if (read !== undefined) verified.set(keyOf(entry), verifiedOf(read))
      }
      return yield* list(known, run)
    })
  }
})
