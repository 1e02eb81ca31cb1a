import type { PlatformError } from "@effect/platform/Error"
import * as Errno from "../../io/Errno.js"
import type { DanglingLink } from "../../io/Folder.js"
import type { LockError } from "../../io/FolderLock.js"
import * as OpenFile from "../../io/OpenFile.js"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"

const explanations: Record<string, string> = {
  EACCES: t`permission denied`,
  EPERM: t`permission denied`,
  EROFS: t`the file system is read-only`,
  EMFILE: t`this process has too many files open`,
  ENFILE: t`the machine has too many files open`,
  EIO: t`the disk reports an input/output error`,
  EISDIR: t`it is a folder; name a checkpoint in it`,
  ENOTDIR: t`a part of its path is a file`,
  ENOSPC: t`no space is left`,
  EDQUOT: t`the disk quota is used up`,
  ESTALE: t`the server of the network file system no longer knows the file`
}

/** What an operation on files can fail with. */
type FileError = PlatformError | DanglingLink

const codeOf = (error: FileError): string =>
  error._tag === "DanglingLink" ? "" : Errno.code(error)

const explain = (error: FileError): string => {
  const code = codeOf(error)
  const explanation = explanations[code]
  if (explanation !== undefined) return `${explanation} (${code})`
  return (error._tag === "DanglingLink" ? null : OpenFile.whyNotRegular(error)) ?? error.message
}

/** The error for a failed operation while reading `path`. */
export const whileReading =
  (path: string) =>
  (error: PlatformError): CheckpointError =>
    error._tag === "SystemError" && error.reason === "NotFound"
      ? new CheckpointError({ reason: "NotFound", path, detail: "" })
      : new CheckpointError({
          // What the disk has lost does not come back; anything else may.
          reason:
            OpenFile.whyNotRegular(error) !== undefined
              ? "NotACheckpoint"
              : Errno.code(error) === "EIO"
                ? "Damaged"
                : "Unreadable",
          path,
          detail: explain(error)
        })

/** The error for a failed operation while writing `path`. */
export const whileWriting =
  (path: string) =>
  (error: FileError): CheckpointError =>
    new CheckpointError({
      reason: ["ENOSPC", "EDQUOT"].includes(codeOf(error)) ? "NoSpace" : "Unwritable",
      path,
      detail: explain(error)
    })

// An error of the lock is reported for the folder, whichever of these operations failed.
const readingMethods = new Set(["access", "readDirectory", "readFile", "readLink", "stat"])

const lockedReasons = {
  InUse: "InUse",
  Unknown: "Locked",
  Lost: "LockLost",
  Expired: "LockLost"
} as const

/** The error for a failed lock of the folder at `path`. */
export const whileLocking =
  (path: string) =>
  (error: LockError): CheckpointError =>
    error._tag === "LockedError"
      ? new CheckpointError({ reason: lockedReasons[error.reason], path, detail: error.message })
      : error._tag === "SystemError" && readingMethods.has(error.method)
        ? new CheckpointError({ reason: "Unreadable", path, detail: explain(error) })
        : whileWriting(path)(error)
