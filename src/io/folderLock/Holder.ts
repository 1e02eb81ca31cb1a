import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import * as FileStat from "../FileStat.js"
import type { DanglingLink } from "../Folder.js"
import * as ProcessIdentity from "../ProcessIdentity.js"
import * as OwnerName from "./OwnerName.js"

/** How often a lock is renewed, which shows other hosts that its owner is alive. */
export interface LeaseTerms {
  /** Milliseconds between two renewals. */
  readonly every: number
  /** Milliseconds without a renewal after which another process may take the lock over. */
  readonly timeout: number
}

/**
 * The terms of the locks that this process takes; a run has those of `training.lock_timeout`. The time-out allows for six renewals, since a busy
 * machine or a network file system may delay a few.
 */
export class Lease extends Context.Reference<Lease>()("holdfast/Lease", {
  defaultValue: (): LeaseTerms => ({ every: 5000, timeout: 30_000 })
}) {}

/** The holder of a lock: which process, since when, of which folder, and how it renews the lock. */
export const Holder = Schema.Struct({
  ...ProcessIdentity.ProcessIdentity.fields,
  since: Schema.String,
  /** This and `lease` are missing in locks of early releases, which nobody renews. */
  folder: Schema.optional(
    Schema.Struct({
      path: Schema.String,
      /** Device and inode; null where the file system has no unique numbers. */
      inode: Schema.NullOr(Schema.String)
    })
  ),
  lease: Schema.optional(Schema.Struct({ every: Schema.Number, timeout: Schema.Number }))
})
export type Holder = typeof Holder.Type

const codec = Schema.parseJson(Holder)

/** Whether a file or folder does not exist. */
export const isMissing = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "NotFound"

/** The owner of the lock at `lock`; none if it is free. */
export const ownerOf = (
  lock: string
): Effect.Effect<Option.Option<OwnerName.OwnerName>, PlatformError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readDirectory(lock)),
    Effect.map((names) => Option.fromNullable(OwnerName.among(names))),
    Effect.catchIf(isMissing, () => Effect.succeedNone)
  )

/** The content of an owner's file; none if it cannot be decoded. */
export const read = (
  file: string
): Effect.Effect<Option.Option<Holder>, PlatformError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readFileString(file)),
    Effect.flatMap((text) => Effect.option(Schema.decode(codec)(text)))
  )

/** A folder as a lock names it. */
export type LockedFolder = NonNullable<Holder["folder"]>

/**
 * What an existing lock means: its process is dead, or it was copied here with the folder ("free");
 * its process uses the folder ("in use"); its process runs, but may use another folder by now
 * ("moved"); its process cannot be checked from this host ("unknown"). In the last two cases only a
 * renewal shows that the lock is in use.
 */
export type HolderStatus = "free" | "in use" | "moved" | "unknown"

const inodeAt = (folder: string): Effect.Effect<string | null, never, FileSystem.FileSystem> =>
  Effect.match(FileStat.stat(folder), {
    onFailure: () => null,
    onSuccess: ({ inode }) => inode
  })

/** The status of the lock of a running process in the folder `here`. */
const ofRunning = Effect.fnUntraced(function* (
  locked: LockedFolder | undefined,
  here: LockedFolder
) {
  if (locked === undefined || locked.path === here.path) return "in use"
  const there = yield* inodeAt(locked.path)
  if (there !== null && there === here.inode) return "in use"
  // Moved away from the path of its process, or seen from another container.
  if (here.inode === null || here.inode === locked.inode) return "moved"
  return there === null ? "moved" : "free"
})

/** The status of a lock found in the folder `here`; its holder is null if it cannot be decoded. */
export const statusOf = (
  holder: Holder | null,
  here: LockedFolder
): Effect.Effect<HolderStatus, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (holder === null) return "unknown"
    const state = yield* ProcessIdentity.stateOf(holder)
    if (state === "dead") return "free"
    return state === "running" ? yield* ofRunning(holder.folder, here) : "unknown"
  })

/** Why a lock is refused, or lost. */
export const LockedReason = Schema.Literal("InUse", "Unknown", "Lost", "Expired")
export type LockedReason = typeof LockedReason.Type

/**
 * The folder is locked by a process that runs ("InUse") or cannot be checked ("Unknown"), or another
 * process has taken this process's lock ("Lost"), or this process could not renew it in time, so that
 * another may take it ("Expired").
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
      case "Expired":
        return t`this process could not renew the lock in time, so another process may take it over`
    }
  }
}

/** The errors of a lock. */
export type LockError = LockedError | DanglingLink | PlatformError

/** A holder, for messages. */
export const describe = (holder: Holder | null): string =>
  holder === null
    ? t`an unknown process`
    : t`process ${holder.pid} on ${holder.host}, since ${holder.since}`
