import type { PlatformError } from "@effect/platform/Error"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import type { DanglingLink } from "../Folder.js"
import { Holder } from "./Holder.js"

/** Why a lock is refused, or lost. */
export const LockedReason = Schema.Literal("InUse", "Unknown", "Lost")
export type LockedReason = typeof LockedReason.Type

/**
 * The folder is locked by a process that runs ("InUse") or cannot be checked ("Unknown"), or the
 * lock that this process had is another's by now ("Lost").
 */
export class LockedError extends Schema.TaggedError<LockedError>()("LockedError", {
  folder: Schema.String,
  holder: Schema.NullOr(Holder),
  reason: LockedReason
}) {
  override get message(): string {
    const holder = describe(this.holder)
    switch (this.reason) {
      case "InUse":
        return t`in use by ${holder}`
      case "Unknown":
        return t`in use by ${holder}, and whether that still runs cannot be checked from this host`
      case "Lost":
        return this.holder === null
          ? t`another process has removed the lock`
          : t`taken over by ${holder}`
    }
  }
}

/** What can go wrong with a lock. */
export type LockError = LockedError | DanglingLink | PlatformError

/** A holder as people are told of it. */
export const describe = (holder: Holder | null): string =>
  holder === null
    ? t`an unknown process`
    : t`process ${holder.pid} on ${holder.host}, since ${holder.since}`
