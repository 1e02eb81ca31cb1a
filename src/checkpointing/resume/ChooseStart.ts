import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as CheckpointEntries from "../CheckpointEntry.js"
import { isNewer, isSound, type CheckpointEntry, type IntactEntry } from "../CheckpointEntry.js"
import type { Checkpoint } from "../Checkpoint.js"
import { preferred, selectCheckpoint, type SelectedCheckpoint } from "../SelectCheckpoint.js"
import { CheckpointStore, type CheckpointWriter } from "../store/CheckpointStore.js"
import * as LoadByPath from "./LoadByPath.js"
import { aboutNonFinite, decide, meant } from "./decide.js"
import { ResumeError, Resumption, sourceOf } from "./Resumption.js"
import * as ImportCheckpoint from "./ImportCheckpoint.js"
import type { TrainingConfig } from "../../config/TrainingConfig.js"
import { t } from "../../language/Text.js"

/** The checkpoint that a run resumes from. */
export interface Source {
  readonly path: string
  readonly checkpoint: Checkpoint
  /** Whether it lies in another folder. */
  readonly isElsewhere: boolean
  readonly reason?: "Explicit" | "NonInteractive"
}

/** Where a run starts. */
export interface Start {
  /** null: from scratch. */
  readonly from: Source | null
  /** The checkpoints in the folder, of this run and of others. */
  readonly entries: ReadonlyArray<CheckpointEntry>
  /** Which of them are to stay there. */
  readonly stays: (candidate: CheckpointEntry) => boolean
  /** Whether there are others, which are to be moved aside before the run changes the folder. */
  readonly archive: boolean
}

/**
 * Finds where the run is to start, asking the user if need be. Damaged checkpoints are named and
 * skipped. Changes nothing.
 */
export const chooseStart = Effect.fn("chooseStart")(function* (
  training: TrainingConfig,
  folder: CheckpointWriter
) {
  const resumption = yield* Resumption
  const store = yield* CheckpointStore
  // The only scan of the folder: all that follows is decided by it.
  const entries = yield* folder.list
  const find = (name: "latest" | "best") =>
    selectCheckpoint(
      {
        ranked: preferred(CheckpointEntries.intact(entries), name),
        errors: CheckpointEntries.errors(entries)
      },
      (path) => folder.load(entries.find((entry) => entry.path === path)!)
    )
  const wanted = Option.getOrElse(resumption.flag, () => training.resume_from ?? "ask")
  // To find either is to read and verify it, so only the one in question is looked for.
  const wantsLatest = wanted === "latest" || wanted === "ask" || wanted === "auto"
  const latest = wantsLatest ? yield* find("latest") : Option.none()
  const best = wanted === "best" ? yield* find("best") : Option.none()
  const pathOf = Option.map(({ entry }: SelectedCheckpoint<IntactEntry>) => entry.path)
  const decision = yield* decide({
    flag: resumption.flag,
    configured: training.resume_from,
    folder: folder.path,
    latest: pathOf(latest),
    best: pathOf(best),
    terminal: resumption.terminal
  })
  const scratch: Start = { from: null, stays: () => false, archive: entries.length > 0, entries }
  if (decision.action === "fresh") return scratch

  const found = Option.getOrNull(Option.orElse(latest, () => best))
  const checkpoint = found?.checkpoint ?? (yield* named(decision.path, folder.path))
  const { meta } = checkpoint
  const wary = isSound(meta)
    ? null
    : aboutNonFinite({
        named: found === null,
        terminal: resumption.terminal && wanted !== "auto"
      })
  if (wary === "refuse") {
    return yield* new ResumeError({
      reason: { _tag: "NonFinite", path: decision.path },
      source: sourceOf(resumption.flag)
    })
  }
  if (wary === "warn") {
    yield* Effect.logWarning(t`${decision.path} has weights that are NaN or infinite`)
  }
  const asked =
    (decision.action === "load" && wary !== "ask") ||
    (yield* resumption.ask({
      path: decision.path,
      epoch: meta.epoch,
      step: meta.step,
      bestValLoss: meta.best_val_loss,
      savedAt: meta.saved_at,
      finite: isSound(meta)
    }))
  if (!asked) return scratch
  const isElsewhere = !(yield* store.holds(folder.path, decision.path))
  // Where the newest is looked for, what is newer is damaged, and left where it is.
  const goesBack = !wantsLatest
  // A folder keeps one run, up to where it stands: retention would soon remove the rest.
  const stays = isElsewhere
    ? ImportCheckpoint.fits(meta)
    : ({ health }: CheckpointEntry) =>
        Either.isLeft(health) ||
        (health.right.run_id === meta.run_id && !(goesBack && isNewer(health.right, meta)))
  const start: Start = {
    from: {
      path: decision.path,
      checkpoint,
      isElsewhere,
      ...(decision.action === "load" ? { reason: decision.reason } : {})
    },
    stays,
    archive: entries.some((one) => !stays(one)),
    entries
  }
  return start
})

/** The checkpoint that the user has named. Where there is no such file, it may be a mistyped rule. */
const named = Effect.fnUntraced(function* (path: string, folder: string) {
  const rule = meant(path)
  if (rule !== undefined) {
    const store = yield* CheckpointStore
    const { flag } = yield* Resumption
    yield* Effect.catchIf(
      Effect.asVoid(store.inspect(path)),
      ({ reason }) => reason !== "NotFound",
      () => Effect.void
    ).pipe(
      Effect.mapError(
        () =>
          new ResumeError({
            reason: { _tag: "Mistyped", text: path, meant: rule },
            source: sourceOf(flag)
          })
      )
    )
  }
  return yield* LoadByPath.loadByPath(path, folder)
})
