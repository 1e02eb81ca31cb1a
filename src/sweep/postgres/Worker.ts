import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { hostname } from "node:os"
import type { Storage } from "../../checkpointing/Storage.js"
import type { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import type { Database } from "./Database.js"
import { openSweep, type OpenSweep } from "./OpenSweep.js"
import type { LedgerError } from "../Ledger.js"
import * as Sweeps from "./Sweeps.js"
import * as ExpiredClaims from "./ExpiredClaims.js"
import { WorkerEvent } from "./WorkerEvent.js"
import { workOn } from "./WorkOn.js"

/** How a worker works. */
export interface Options {
  /** How many trials it trains at once. */
  readonly slots: number
  /** Milliseconds without a renewal after which others take its claims over. */
  readonly timeout: number
  /** Works on this sweep only. */
  readonly sweep: string | null
  /** Ends when no sweep is left to work on, instead of waiting for one. */
  readonly endsWhenDone: boolean
  readonly report: (event: WorkerEvent) => Effect.Effect<void>
}

/** How many milliseconds after it found nothing to do a worker looks again. */
const pause = 500

/** Works on the tickets of a database's sweeps. Interrupted, saves its trials and gives their tickets back. */
export const serve = (
  database: Database,
  options: Options
): Effect.Effect<void, never, CheckpointStore | FileSystem | Storage> =>
  Effect.gen(function* () {
    const { endsWhenDone, report, slots } = options
    const worker = `${hostname()}:${process.pid}`
    yield* report(WorkerEvent.Ready({ worker, database: database.address, slots }))
    yield* Effect.forkScoped(ExpiredClaims.watch(database))
    const isAway = yield* Ref.make(false)
    /** What may fail while the database is away, and is tried again. */
    const trying = <A, R>(effect: Effect.Effect<A, LedgerError, R>) =>
      effect.pipe(
        Effect.tap(() =>
          Effect.whenEffect(report(WorkerEvent.Back()), Ref.getAndSet(isAway, false))
        ),
        Effect.map(Option.some),
        Effect.catchAll(({ message }) =>
          Effect.as(
            Effect.unlessEffect(report(WorkerEvent.Away({ message })), Ref.getAndSet(isAway, true)),
            Option.none<A>()
          )
        )
      )
    const opened = new Map<string, OpenSweep>()
    const problems = new Map<string, string>()
    /** The sweep as it is opened once; none with a problem, which is reported once. */
    const open = (stored: Sweeps.StoredSweep) =>
      Effect.gen(function* () {
        const known = opened.get(stored.name)
        if (known?.stored.definition === stored.definition) return Option.some(known)
        const sweep = yield* Effect.either(openSweep(database, stored, options.timeout))
        if (sweep._tag === "Right") {
          opened.set(stored.name, sweep.right)
          problems.delete(stored.name)
          return Option.some(sweep.right)
        }
        const { message } = sweep.left
        if (problems.get(stored.name) !== message) {
          problems.set(stored.name, message)
          yield* report(WorkerEvent.Problem({ sweep: stored.name, message }))
        }
        return Option.none()
      })
    /** A ticket to work on; "done" where none can come any more. */
    const next = Effect.gen(function* () {
      const all = yield* Sweeps.list(database)
      const mine = all.filter(({ name }) => options.sweep === null || name === options.sweep)
      const running = mine.filter(({ state }) => state === "running")
      for (const stored of running) {
        const sweep = yield* open(stored)
        if (Option.isNone(sweep)) continue
        const claim = yield* sweep.value.ledger.claim(worker)
        if (Option.isSome(claim)) return { sweep: sweep.value, claim: claim.value }
      }
      return running.length === 0 ? "done" : "wait"
    })
    const slot = Effect.gen(function* () {
      for (;;) {
        // Without an interruption between a claim and the work: nobody would know of the claim.
        const found = yield* Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const ticket = Option.getOrElse(yield* trying(next), () => "wait" as const)
            if (typeof ticket === "string") return ticket
            yield* restore(workOn(database, options, ticket))
            return "worked"
          })
        )
        if (found === "done" && endsWhenDone) return
        if (found !== "worked") yield* Effect.sleep(pause)
      }
    })
    yield* Effect.all(
      Array.from({ length: slots }, () => slot),
      { concurrency: "unbounded", discard: true }
    )
  }).pipe(Effect.scoped)
