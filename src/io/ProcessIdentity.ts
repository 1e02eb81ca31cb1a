import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFile, readlink } from "node:fs/promises"
import * as os from "node:os"
import process from "node:process"
import { lookUpOnce } from "./lookUpOnce.js"
import * as TemporaryName from "./TemporaryName.js"

/**
 * The identity of a process among all others, on this machine or another, now or later. A field is null
 * where the system does not report it.
 */
export const ProcessIdentity = Schema.Struct({
  host: Schema.String,
  pid: Schema.Int,
  /** Which machine, whatever its name: two can have the same. Missing in locks of early releases. */
  machine: Schema.optional(Schema.NullOr(Schema.String)),
  /** Which boot of the machine: process ids start again with each. */
  boot: Schema.NullOr(Schema.String),
  /** Which container: each has its own process ids. */
  namespace: Schema.NullOr(Schema.String),
  /** When the process started, in ticks since the boot: process ids are reused. */
  ticks: Schema.NullOr(Schema.String)
})
export type ProcessIdentity = typeof ProcessIdentity.Type

const orNull = (read: () => Promise<string>): Effect.Effect<string | null> =>
  Effect.orElseSucceed(Effect.tryPromise(read), () => null)

/** The state and the start of a process, as Linux reports them; null elsewhere. */
const statOf = (pid: number) =>
  Effect.map(
    orNull(() => readFile(`/proc/${pid}/stat`, "utf8")),
    (stat) => {
      // The program's name, the second field, is in parentheses and may hold spaces and more of them.
      const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
      return { state: fields?.[0] ?? null, ticks: fields?.[19] ?? null }
    }
  )

const lookUp: Effect.Effect<ProcessIdentity> = lookUpOnce(
  Effect.all({
    host: Effect.sync(os.hostname),
    pid: Effect.succeed(process.pid),
    machine: Effect.map(
      orNull(() => readFile("/etc/machine-id", "utf8")),
      (id) => id?.trim() || null
    ),
    boot: Effect.map(
      orNull(() => readFile("/proc/sys/kernel/random/boot_id", "utf8")),
      (id) => id?.trim() ?? null
    ),
    namespace: orNull(() => readlink("/proc/self/ns/pid")),
    ticks: Effect.map(statOf(process.pid), ({ ticks }) => ticks)
  })
)

/** The identity of this process; a test can replace it. */
export class Self extends Context.Reference<Self>()("holdfast/ProcessIdentity", {
  defaultValue: () => lookUp
}) {}

/** The identity of this process. */
export const current: Effect.Effect<ProcessIdentity> = Effect.flatten(Self)

const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b

// The number that Linux gives the namespace outside of all containers, on every machine.
const outermost = "pid:[4026531836]"

/**
 * Whether two runs of a machine are of the same one. In a container the machine's id may be that of
 * the image, which another machine runs, too. Early releases went by the name of the host alone.
 */
const isSameMachine = (a: ProcessIdentity, b: ProcessIdentity): boolean =>
  a.machine === undefined ||
  (a.machine !== null &&
    a.machine === b.machine &&
    a.namespace === outermost &&
    b.namespace === outermost)

/** Whether a process still runs, or cannot be checked from this host. */
export const stateOf = (other: ProcessIdentity): Effect.Effect<"running" | "dead" | "unknown"> =>
  Effect.gen(function* () {
    const here = yield* current
    if (other.host !== here.host) return "unknown"
    if (differ(other.boot, here.boot)) return isSameMachine(other, here) ? "dead" : "unknown"
    if (differ(other.namespace, here.namespace)) return "unknown"
    if (!TemporaryName.isRunning(other.pid)) return "dead"
    const { state, ticks } = yield* statOf(other.pid)
    // A zombie has ended; its parent has not collected it yet.
    return state === "Z" || differ(other.ticks, ticks) ? "dead" : "running"
  })
