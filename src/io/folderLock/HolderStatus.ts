import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as FileStat from "../FileStat.js"
import * as ProcessIdentity from "../ProcessIdentity.js"
import type { Holder } from "./Holder.js"

/** A folder as a lock names it. */
export type Place = NonNullable<Holder["folder"]>

/**
 * What a lock that is found means: nothing, since its process is dead or it was copied here with
 * the folder ("free"); that its process uses the folder ("in use"); that its process runs, but may
 * use another folder by now ("moved"); or nothing that can be checked from here ("unknown"). Of the
 * last two, time tells: by whether the lock is renewed.
 */
export type Standing = "free" | "in use" | "moved" | "unknown"

const inodeAt = (folder: string): Effect.Effect<string | null, never, FileSystem.FileSystem> =>
  Effect.match(FileStat.stat(folder), {
    onFailure: () => null,
    onSuccess: ({ inode }) => inode
  })

/** What the lock of a process that runs means in the folder at `here`. */
const ofRunning = Effect.fnUntraced(function* (locked: Place | undefined, here: Place) {
  if (locked === undefined || locked.path === here.path) return "in use"
  const there = yield* inodeAt(locked.path)
  if (there !== null && there === here.inode) return "in use"
  // Moved away from where its process looks for it, or seen from another container.
  if (here.inode === null || here.inode === locked.inode) return "moved"
  return there === null ? "moved" : "free"
})

/** What a lock that is found in the folder at `here` means; null: it cannot be understood. */
export const of = (
  holder: Holder | null,
  here: Place
): Effect.Effect<Standing, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (holder === null) return "unknown"
    const state = yield* ProcessIdentity.judge(holder)
    if (state === "dead") return "free"
    return state === "running" ? yield* ofRunning(holder.folder, here) : "unknown"
  })
