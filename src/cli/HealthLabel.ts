import * as Either from "effect/Either"
import type { CheckpointEntry } from "../checkpointing/CheckpointEntry.js"
import * as CheckpointEntries from "../checkpointing/CheckpointEntry.js"
import type { CheckpointErrorReason } from "../checkpointing/CheckpointError.js"
import { t } from "../language/Text.js"

/** The health of a checkpoint, as far as it has been read. */
type Health = CheckpointEntry["health"]

const labels: Partial<Record<CheckpointErrorReason, string>> = {
  Truncated: t`truncated`,
  Damaged: t`damaged`,
  NotACheckpoint: t`not a checkpoint`,
  UnsupportedVersion: t`unsupported version`
}

/** The health in a word or two, for a table. `verified`: every byte has been read. */
export const label = (health: Health, verified: boolean): string =>
  Either.match(health, {
    onLeft: ({ reason }) => labels[reason] ?? t`unreadable`,
    onRight: (meta) =>
      (verified ? t`intact` : t`header intact`) +
      (CheckpointEntries.isSound(meta) ? "" : t`, non-finite weights`)
  })

/** A table of checkpoints, followed by what is wrong with those that are damaged. */
export const withProblems = (table: string, entries: ReadonlyArray<CheckpointEntry>): string => {
  const problems = CheckpointEntries.errors(entries).map(({ message }) => message)
  return [table, ...(problems.length === 0 ? [] : ["", ...problems])].join("\n")
}

/**
 * The health for programs: `Intact`, `HeaderIntact` or the reason of a `CheckpointError`, whose
 * message is `problem`. `finite`: whether all weights are finite; null if unknown.
 */
export const toJson = (health: Health, verified: boolean) =>
  Either.match(health, {
    onLeft: ({ message, reason }) => ({ health: reason, finite: null, problem: message }),
    onRight: (meta) => ({
      health: verified ? "Intact" : "HeaderIntact",
      finite: verified ? CheckpointEntries.isSound(meta) : (meta.finite ?? null),
      problem: null
    })
  })
