import * as Schema from "effect/Schema"
import * as Printable from "../io/Printable.js"
import { t } from "../language/Text.js"

/** Why a checkpoint could not be loaded or saved. */
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
    wayOut: t`choose another file; if this one was a checkpoint, its header is damaged: restore it from a copy`
  },
  Truncated: { what: t`is truncated`, wayOut: restoreOrDelete },
  Damaged: { what: t`is damaged`, wayOut: restoreOrDelete },
  UnsupportedVersion: {
    what: t`has a format version that this release does not read`,
    wayOut: t`read it with the release of Holdfast that wrote it`
  },
  Unreadable: { what: t`cannot be read`, wayOut: t`fix the cause and try again` },
  Unencodable: {
    what: t`cannot be saved as it is`,
    wayOut: t`keep only JSON values and tensors in the state of a stage`
  },
  StateLost: {
    what: t`cannot be saved: the state of the run is lost`,
    wayOut: t`resume from the previous checkpoint`
  },
  Unwritable: {
    what: t`cannot be written`,
    wayOut: t`fix the cause, or choose another checkpoint_dir`
  },
  NoSpace: {
    what: t`does not fit on the disk`,
    wayOut: t`free some space, or choose a checkpoint_dir on another disk`
  },
  Locked: {
    what: t`is locked`,
    wayOut: t`wait for that process, stop it, or choose another checkpoint_dir; if you know that it is dead, --force takes over from a process that cannot be checked`
  },
  InUse: {
    what: t`is locked`,
    wayOut: t`run the command again once that process has ended, or choose another checkpoint_dir`
  },
  LockLost: {
    what: t`no longer belongs to this run`,
    wayOut: t`the run has ended; run the command again to resume once the folder is free`
  }
}

// The same command may succeed later, with nothing changed by the user.
const temporary: ReadonlySet<CheckpointErrorReason> = new Set(["InUse", "LockLost"])

/** A checkpoint, or a folder of checkpoints, at `path` that cannot be read or written. */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", {
  reason: CheckpointErrorReason,
  path: Schema.String,
  detail: Schema.String,
  /** Intact checkpoints to use instead, if the user has named this one. */
  others: Schema.Array(Schema.String).pipe(
    Schema.propertySignature,
    Schema.withConstructorDefault(() => [])
  )
}) {
  /** Whether the same command may succeed later, with nothing changed. */
  get isTemporary(): boolean {
    return temporary.has(this.reason)
  }

  /** How to fix it. */
  get wayOut(): string {
    return sentences[this.reason].wayOut
  }

  override get message(): string {
    const { what, wayOut } = sentences[this.reason]
    const intact = this.others.map((other) => Printable.value(other))
    const others = intact.length === 0 ? "" : t`; intact checkpoints: ${intact.join(", ")}`
    const path = Printable.value(this.path)
    return this.detail === ""
      ? t`${path} ${what} (${wayOut}${others})`
      : t`${path} ${what}: ${Printable.value(this.detail)} (${wayOut}${others})`
  }
}
