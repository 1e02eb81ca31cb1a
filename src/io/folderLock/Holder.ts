import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as ProcessIdentity from "../ProcessIdentity.js"
import * as OwnerName from "./OwnerName.js"

/** Who holds a lock, since when, of which folder, and how it is renewed. */
export const Holder = Schema.Struct({
  ...ProcessIdentity.ProcessIdentity.fields,
  since: Schema.String,
  /** Missing, as what follows, in locks of early releases, which nobody renews. */
  folder: Schema.optional(
    Schema.Struct({
      path: Schema.String,
      /** Device and inode; null where the file system has no numbers that tell folders apart. */
      inode: Schema.NullOr(Schema.String)
    })
  ),
  lease: Schema.optional(Schema.Struct({ every: Schema.Number, timeout: Schema.Number }))
})
export type Holder = typeof Holder.Type

const codec = Schema.parseJson(Holder)

/** Whether something is not where it was looked for. */
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

/** What the file of an owner says; none if it cannot be understood. */
export const read = (
  file: string
): Effect.Effect<Option.Option<Holder>, PlatformError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readFileString(file)),
    Effect.flatMap((text) => Effect.option(Schema.decode(codec)(text)))
  )
