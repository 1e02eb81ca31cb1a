import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import { hostname } from "node:os"
import { concat } from "../../io/concat.js"
import { t } from "../../language/Text.js"
import * as EventFile from "./EventFile.js"

/** An event file that is being written. Nothing that happens to it fails. */
export interface EventWriter {
  /** Adds a record, which is written with others within a second. */
  readonly add: (record: Uint8Array) => void
  /** Writes what was added. */
  readonly flush: Effect.Effect<void>
  /** The same, and makes it durable. */
  readonly sync: Effect.Effect<void>
}

const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return Predicate.hasProperty(error, "message") ? String(error.message) : String(error)
}

/** What the names of event files begin with: TensorBoard looks for it. */
export const prefix = "events.out.tfevents."

/** The names of the event files in a folder, in the order in which TensorBoard reads them. */
export const filesIn = (folder: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const names = yield* Effect.orElseSucceed(fs.readDirectory(folder), () => [])
    return names.filter((name) => name.startsWith(prefix)).sort()
  })

/**
 * A new event file in `folder`, made when the first record is written and complete when the scope closes;
 * `head` are its first records, after the version. Its name comes after those of all files there, since
 * TensorBoard reads them in that order. Where it cannot be written, a warning says so and nothing more is.
 */
export const make = (
  folder: string,
  head: ReadonlyArray<Uint8Array>
): Effect.Effect<EventWriter, never, FileSystem.FileSystem | Path.Path | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    // Closed by hand, since what is left is written as the scope of the writer closes.
    const opened = yield* Scope.make()
    let file: FileSystem.File | null = null
    let waiting: Array<Uint8Array> = []
    let hasFailed = false
    const open = Effect.gen(function* () {
      const now = (yield* Clock.currentTimeMillis) / 1000
      const last = (yield* filesIn(folder)).at(-1)?.slice(prefix.length)
      const seconds = Math.max(Math.floor(now), Number.parseInt(last ?? "0", 10) + 1)
      const name = `${prefix}${String(seconds).padStart(10, "0")}.${hostname()}.${process.pid}.0`
      yield* fs.makeDirectory(folder, { recursive: true })
      const made = yield* fs.open(path.join(folder, name), { flag: "wx" })
      const version = EventFile.encode({ wallTime: now, step: 0, what: EventFile.version })
      yield* made.writeAll(concat([version, ...head]))
      return made
    }).pipe(Effect.provideService(FileSystem.FileSystem, fs))
    const write = Effect.gen(function* () {
      if (waiting.length === 0 || hasFailed) return
      const records = waiting
      waiting = []
      file ??= yield* Scope.extend(open, opened)
      yield* file.writeAll(concat(records))
    })
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
    const orWarn = (effect: Effect.Effect<void, unknown>) =>
      effect.pipe(
        Effect.catchAllCause((cause) => {
          hasFailed = true
          waiting = []
          return Effect.logWarning(
            t`TensorBoard's files in ${folder} cannot be written: ${reasonOf(cause)}; training continues without them`
          )
        }),
        Effect.uninterruptible,
        oneAtATime
      )
    const flush = orWarn(write)
    const sync = orWarn(
      Effect.zipRight(
        write,
        Effect.suspend(() => (hasFailed || file === null ? Effect.void : file.sync))
      )
    )
    yield* Effect.addFinalizer((exit) => Effect.ensuring(flush, Scope.close(opened, exit)))
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep("1 second"), flush)))
    return {
      add: (record) => {
        if (!hasFailed) waiting.push(record)
      },
      flush,
      sync
    }
  })
