import * as Either from "effect/Either"
import type { CheckpointEntry } from "../../checkpointing/CheckpointEntry.js"
import * as CheckpointEntries from "../../checkpointing/CheckpointEntry.js"
import type { CheckpointErrorReason } from "../../checkpointing/CheckpointError.js"
import { t } from "../../language/Text.js"

/** How a checkpoint is, as far as whoever made the candidate has looked. */
type Health = CheckpointEntry["health"]

const words: Partial<Record<CheckpointErrorReason, string>> = {
  Truncated: t`cut short`,
  Damaged: t`damaged`,
  NotACheckpoint: t`no checkpoint`,
  UnsupportedVersion: t`other version`
}

/** The health in a word or two, for a table; `verified`: whether every byte has been looked at. */
export const word = (health: Health, verified: boolean): string =>
  Either.match(health, {
    onLeft: ({ reason }) => words[reason] ?? t`unreadable`,
    onRight: (meta) =>
      (verified ? t`whole` : t`header whole`) +
      (CheckpointEntries.isSound(meta) ? "" : t`, non-finite weights`)
  })

/** A table of candidates, and under it what is wrong with those that are not whole. */
export const withTroubles = (table: string, candidates: ReadonlyArray<CheckpointEntry>): string => {
  const troubles = CheckpointEntries.errors(candidates).map(({ message }) => message)
  return [table, ...(troubles.length === 0 ? [] : ["", ...troubles])].join("\n")
}

/**
 * The health for programs: as in a table, or the kind of damage, which `problem` tells more of; and
 * whether all weights are finite, null where nobody has looked.
 */
export const toJson = (health: Health, verified: boolean) =>
  Either.match(health, {
    onLeft: ({ message, reason }) => ({ health: reason, finite: null, problem: message }),
    onRight: (meta) => ({
      health: verified ? "whole" : "header whole",
      finite: verified ? CheckpointEntries.isSound(meta) : (meta.finite ?? null),
      problem: null
    })
  })
