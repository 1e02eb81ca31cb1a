import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { PlatformError } from "@effect/platform/Error"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import { t } from "../language/Text.js"
import * as Errno from "./Errno.js"
import * as FileStat from "./FileStat.js"
import { scoped } from "./OpenFile.js"

/** At most these permissions for a new folder, whatever the umask. */
export const mode = 0o755

const unsyncable = new Set(["EISDIR", "EPERM", "EINVAL", "ENOTSUP"])

/** Makes all names created, renamed, linked or removed in `folder` durable. */
export const sync = (folder: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.open(folder)),
    Effect.flatMap((file) => file.sync),
    scoped,
    Effect.uninterruptible,
    // Windows and some network file systems cannot sync a folder; there the rename has to suffice.
    Effect.catchIf(
      (error) => unsyncable.has(Errno.code(error)),
      () => Effect.void
    ),
    Effect.withSpan("Folder.sync")
  )

/** A symbolic link at `path`, in place of a folder, has no target. */
export class DanglingLink extends Schema.TaggedError<DanglingLink>()("DanglingLink", {
  path: Schema.String,
  target: Schema.String
}) {
  override get message(): string {
    return t`${this.path} is a link to ${this.target}, which does not exist`
  }
}

const checkLink = (folder: string) =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => Effect.option(fs.readLink(folder))),
    Effect.flatMap(
      Option.match({
        onNone: () => Effect.void,
        onSome: (target) => new DanglingLink({ path: folder, target })
      })
    )
  )

/** Creates `folder` and its missing parents, durably. Succeeds with whether it was missing. */
export const make = (
  folder: string
): Effect.Effect<boolean, DanglingLink | PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    if (yield* fs.exists(folder)) return false
    yield* checkLink(folder)
    const parent = path.dirname(folder)
    yield* make(parent)
    // Node's own recursion never ends in a folder like /proc, which accepts no others. Another process
    // may have been faster.
    yield* Effect.catchIf(
      fs.makeDirectory(folder, { mode }),
      (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
      () => Effect.void
    )
    yield* sync(parent)
    return true
  })

/** The identity of `folder`, by whatever path it is named. */
export const idOf = (folder: string): Effect.Effect<string, PlatformError, FileSystem.FileSystem> =>
  Effect.map(FileStat.stat(folder), (info) => FileStat.idOf(info, folder))
