import type { PlatformError } from "@effect/platform/Error"
import * as Schema from "effect/Schema"
import type { BackendError } from "../backends/BackendError.js"
import * as Errno from "../io/Errno.js"
import type { DanglingLink } from "../io/Folder.js"
import type { LockError } from "../io/FolderLock.js"
import * as OpenFile from "../io/OpenFile.js"
import * as Printable from "../io/Printable.js"
import type { SafetensorsError } from "../io/safetensors/SafetensorsError.js"
import { t } from "../language/Text.js"

/** Why a checkpoint cannot be had or kept. */
export const CheckpointErrorReason = Schema.Literal(
  "NotFound",
  "NotACheckpoint",
  "Truncated",
  "Damaged",
  "UnsupportedVersion",
  "Unreadable",
  "Unencodable",
  "StateLost",
  "Unwritable",
  "NoSpace",
  "Locked",
  "InUse",
  "LockLost"
)
export type CheckpointErrorReason = typeof CheckpointErrorReason.Type

const restoreOrDelete = t`restore it from a copy, or delete it and use another`

const sentences: Record<CheckpointErrorReason, { what: string; wayOut: string }> = {
  NotFound: { what: t`does not exist`, wayOut: t`check the path` },
  NotACheckpoint: {
    what: t`is not a checkpoint of Holdfast`,
    wayOut: t`choose another file; if it was one, its header is damaged: restore it from a copy`
  },
  Truncated: { what: t`is cut short`, wayOut: restoreOrDelete },
  Damaged: { what: t`is damaged`, wayOut: restoreOrDelete },
  UnsupportedVersion: {
    what: t`is of a format that this release does not read`,
    wayOut: t`read it with the release of Holdfast that wrote it`
  },
  Unreadable: { what: t`cannot be read`, wayOut: t`mend that and try again` },
  Unencodable: {
    what: t`cannot be saved as it is`,
    wayOut: t`keep only JSON values and tensors in the state of a stage`
  },
  StateLost: {
    what: t`cannot be saved, since the state of the run is lost`,
    wayOut: t`go on from the checkpoint before it`
  },
  Unwritable: {
    what: t`cannot be written`,
    wayOut: t`mend that, or choose another checkpoint_dir`
  },
  NoSpace: {
    what: t`does not fit on the disk`,
    wayOut: t`make room, or choose a checkpoint_dir on another disk`
  },
  Locked: {
    what: t`is locked`,
    wayOut: t`wait for that process, stop it, or choose another checkpoint_dir; --force takes over from one that cannot be checked, if you know it to be gone`
  },
  InUse: {
    what: t`is locked`,
    wayOut: t`run the command again once that process has ended, or choose another checkpoint_dir`
  },
  LockLost: {
    what: t`is not this run's any more`,
    wayOut: t`the run has ended; run the command again to resume once the folder is free`
  }
}

// What the same command may get past when it is run again later, without anybody's doing.
const passing: ReadonlySet<CheckpointErrorReason> = new Set(["InUse", "LockLost"])

/** What is wrong with the checkpoint, or folder of checkpoints, at `path`, and where in it. */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", {
  reason: CheckpointErrorReason,
  path: Schema.String,
  detail: Schema.String,
  /** Whole ones that there are instead, if the user has named this one. */
  others: Schema.Array(Schema.String).pipe(
    Schema.propertySignature,
    Schema.withConstructorDefault(() => [])
  )
}) {
  /** Whether the same command may succeed later, with nothing changed. */
  get isTemporary(): boolean {
    return passing.has(this.reason)
  }

  /** What may help. */
  get wayOut(): string {
    return sentences[this.reason].wayOut
  }

  override get message(): string {
    const { what, wayOut } = sentences[this.reason]
    const whole = this.others.map((other) => Printable.value(other))
    const others = whole.length === 0 ? "" : t`; whole are ${whole.join(", ")}`
    const path = Printable.value(this.path)
    return this.detail === ""
      ? t`${path} ${what} (${wayOut}${others})`
      : t`${path} ${what}: ${Printable.value(this.detail)} (${wayOut}${others})`
  }
}

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
  ESTALE: t`the server of the network file system does not know the file any more`
}

/** What a file operation of ours can fail with. */
type FileError = PlatformError | DanglingLink

const codeOf = (error: FileError): string =>
  error._tag === "DanglingLink" ? "" : Errno.code(error)

const explain = (error: FileError): string => {
  const code = codeOf(error)
  const explanation = explanations[code]
  if (explanation !== undefined) return `${explanation} (${code})`
  return (error._tag === "DanglingLink" ? null : OpenFile.whyNotRegular(error)) ?? error.message
}

/** The error of a file operation while reading `path`. */
export const whileReading =
  (path: string) =>
  (error: PlatformError): CheckpointError =>
    error._tag === "SystemError" && error.reason === "NotFound"
      ? new CheckpointError({ reason: "NotFound", path, detail: "" })
      : new CheckpointError({
          // What the disk has lost will not come back; anything else may.
          reason:
            OpenFile.whyNotRegular(error) !== undefined
              ? "NotACheckpoint"
              : Errno.code(error) === "EIO"
                ? "Damaged"
                : "Unreadable",
          path,
          detail: explain(error)
        })

/** The error of a file operation while writing `path`. */
export const whileWriting =
  (path: string) =>
  (error: FileError): CheckpointError =>
    new CheckpointError({
      reason: ["ENOSPC", "EDQUOT"].includes(codeOf(error)) ? "NoSpace" : "Unwritable",
      path,
      detail: explain(error)
    })

/** What a failure of what the run computes on means for the checkpoint to be saved at `path`. */
export const whileComputing =
  (path: string) =>
  ({ message }: BackendError): CheckpointError =>
    new CheckpointError({ reason: "StateLost", path, detail: message })

// What is wrong with a lock is said of the folder, whichever of these it was met by.
const readingMethods = new Set(["access", "readDirectory", "readFile", "readLink", "stat"])

const lockedReasons = { InUse: "InUse", Unknown: "Locked", Lost: "LockLost" } as const

/** What trouble with the lock of the folder at `path` means for who wants to write there. */
export const whileLocking =
  (path: string) =>
  (error: LockError): CheckpointError =>
    error._tag === "LockedError"
      ? new CheckpointError({ reason: lockedReasons[error.reason], path, detail: error.message })
      : error._tag === "SystemError" && readingMethods.has(error.method)
        ? new CheckpointError({ reason: "Unreadable", path, detail: explain(error) })
        : whileWriting(path)(error)

/** What bytes at `path` that are not safetensors mean for a checkpoint. */
export const notSafetensors =
  (path: string) =>
  (error: SafetensorsError): CheckpointError =>
    new CheckpointError({
      reason:
        error.reason === "Truncated"
          ? "Truncated"
          : error.reason === "TrailingBytes"
            ? "Damaged"
            : "NotACheckpoint",
      path,
      detail: error.message
    })
