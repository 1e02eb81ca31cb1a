import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import * as FolderLock from "../io/FolderLock.js"
import * as ProcessIdentity from "../io/ProcessIdentity.js"
import { t } from "../language/Text.js"
import * as RunLog from "../runlog/RunLog.js"
import type * as Api from "./Api.js"
import { ApiFailure, failed } from "./ApiFailure.js"
import type { CheckpointEntry } from "../checkpointing/CheckpointEntry.js"
import type { KnownRun } from "./RunIndex.js"

const conflict = (detail: string) => new ApiFailure({ reason: "Conflict", detail })

/** Sends a signal to a process; false: it is another user's, or has ended. A test can replace it. */
export type Kill = (pid: number, signal: NodeJS.Signals) => boolean

export const kill: Kill = (pid, signal) => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** Has the process that holds a run's folder save, or save and end, as Ctrl+C does. */
const signal = Effect.fnUntraced(function* (
  { folder }: KnownRun,
  which: "SIGUSR1" | "SIGINT",
  kill: Kill
) {
  const holder = Option.getOrNull(yield* FolderLock.holderOf(folder))
  if (holder === null) return yield* conflict(t`no process trains this run now`)
  if (process.platform === "win32") {
    return yield* conflict(t`Windows has no signals: press Ctrl+C where the run was started`)
  }
  // A process of the same number may be another one on this machine.
  if ((yield* ProcessIdentity.stateOf(holder)) !== "running") {
    return yield* conflict(t`the run is trained by a process on ${holder.host}: act there`)
  }
  if (!kill(holder.pid, which)) {
    return yield* conflict(t`process ${holder.pid} takes no signal from this user`)
  }
})

/** Takes an action on a run; `find` finds the entry of a checkpoint of it by its name. */
export const act = (
  known: KnownRun,
  action: Api.Action,
  find: (name: string) => Effect.Effect<CheckpointEntry, ApiFailure>,
  send: Kill = kill
): Effect.Effect<void, ApiFailure, FileSystem.FileSystem | CheckpointStore> =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    switch (action.action) {
      case "save":
        return yield* signal(known, "SIGUSR1", send)
      case "stop":
        return yield* signal(known, "SIGINT", send)
      case "pin":
      case "unpin": {
        const { path } = yield* find(action.checkpoint)
        yield* Effect.mapError(store[action.action](path), failed)
        return
      }
      case "note": {
        const { summary } = known
        const { name = summary.isNamed ? summary.name : "", notes = summary.notes } = action
        const { tags = summary.tags } = action
        const text = (given: string) => (given.trim() === "" ? null : given.trim())
        yield* RunLog.describe(known.folder, {
          name: text(name),
          notes: text(notes),
          tags: [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ""))]
        }).pipe(Effect.mapError(failed))
      }
    }
  })
