import * as FileSystem from "@effect/platform/FileSystem"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { join } from "node:path"
import { follow, isFinished, strategy } from "./conduct.js"
import type { Definition } from "./Definition.js"
import type { Claim, Ledger } from "./Ledger.js"
import { SweepError } from "./SweepError.js"
import type { SweepEvent } from "./SweepEvent.js"
import { stopFile } from "./SweepFolder.js"
import type { TrialView } from "./SweepView.js"
import * as Trial from "./Trial.js"
import { viewOf } from "./viewOf.js"

/** How a sweep is run on one machine. */
export interface Options {
  readonly definition: Definition
  /** The folder of the sweep. */
  readonly folder: string
  readonly ledger: Ledger["Type"]
  /** How many trials are trained at once. */
  readonly workers: number
  readonly emit: (event: SweepEvent) => Effect.Effect<void>
}

/** After how many trials, if all have failed, a sweep ends: the others would fail, too. */
const hopeless = 5

/** Milliseconds between two looks for a request to stop, and before a trial in use is tried again. */
const pause = 500

/**
 * Works on a sweep until it is finished, or somebody asks it to stop. Interrupted, tells the processes of
 * its trials to save and waits for them. Whether it was finished.
 */
export const runSweep = Effect.fn("runSweep")(function* (options: Options) {
  const { definition, emit, folder, ledger, workers } = options
  const { name } = definition
  const plan = strategy(definition)
  const finished = yield* Deferred.make<void>()
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
  /** Fulfilled, and replaced, when there may be tickets to claim. */
  let changed = yield* Deferred.make<void>()

  const conduct = oneAtATime(
    Effect.gen(function* () {
      const following = follow(plan, yield* ledger.recorded)
      yield* ledger.issue(following.tickets)
      const recorded = yield* ledger.recorded
      if (isFinished({ ...following, tickets: [] }, recorded)) {
        yield* Deferred.succeed(finished, undefined)
      }
      const before = changed
      changed = yield* Deferred.make<void>()
      yield* Deferred.succeed(before, undefined)
    })
  )

  const workOn = (claim: Claim, worker: number) =>
    Effect.gen(function* () {
      const { ticket } = claim
      yield* emit({ _tag: "TicketStarted", ticket, worker })
      const outcome = yield* Trial.work(
        {
          definition,
          folder,
          onEvent: (event) => {
            if (event["event"] !== "EpochFinished") return
            const record = event["record"] as Readonly<Record<string, unknown>>
            const value = record[definition.metric]
            Effect.runFork(
              emit({
                _tag: "TrialEpoch",
                trial: ticket.trial,
                epoch: Number(record["epoch"]),
                value: typeof value === "number" ? value : null
              })
            )
          }
        },
        ticket
      )
      if (outcome === "again") {
        yield* emit({ _tag: "TicketDelayed", ticket })
        yield* Effect.sleep(4 * pause)
        return
      }
      yield* ledger.complete(claim, outcome)
      yield* emit({ _tag: "TicketFinished", ticket, outcome })
      yield* checkHope(ledger)
      yield* conduct
    }).pipe(Effect.ensuring(Effect.ignore(ledger.release(claim))))

  const worker = (number: number) =>
    Effect.gen(function* () {
      for (;;) {
        const waiting = changed
        // Without an interruption in between: nobody would know of the claim.
        const found = yield* Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const claim = yield* ledger.claim(String(number))
            if (Option.isNone(claim)) return false
            yield* restore(workOn(claim.value, number))
            return true
          })
        )
        if (!found) yield* Deferred.await(waiting)
      }
    })

  yield* removeStopRequest(folder)
  const { outcomes } = yield* ledger.recorded
  yield* emit({ _tag: "SweepStarted", name, folder, done: outcomes.length, workers })
  yield* conduct
  // They wait for tickets until they are interrupted.
  const all = Effect.all(
    Array.from({ length: workers }, (_, number) => worker(number)),
    { concurrency: "unbounded", discard: true }
  )
  const isFinal = yield* Effect.raceFirst(
    Effect.as(Deferred.await(finished), true),
    Effect.raceFirst(Effect.as(all, true), Effect.as(stopRequested(folder), false))
  )
  if (!isFinal) {
    yield* removeStopRequest(folder)
    yield* emit({ _tag: "SweepStopped", name, folder })
    return false
  }
  const { trials } = viewOf(definition, yield* ledger.recorded, {
    folder,
    isRunning: false,
    isLast: true,
    workers: new Map(),
    problem: null
  })
  const count = (state: TrialView["state"]) => trials.filter((one) => one.state === state).length
  const counts = { completed: count("completed"), paused: count("paused"), failed: count("failed") }
  yield* emit({ _tag: "SweepFinished", name, folder, ...counts })
  return true
})

/** Fails where every trial has failed so far, and there were enough of them to tell. */
const checkHope = (ledger: Ledger["Type"]) =>
  Effect.gen(function* () {
    const { outcomes } = yield* ledger.recorded
    const [first] = outcomes
    if (outcomes.length < hopeless || outcomes.some(({ status }) => status === "completed")) return
    return yield* new SweepError({
      reason: { _tag: "AllFailed", trials: outcomes.length, error: first!.error ?? "" }
    })
  })

const stopRequested = (folder: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const isThere = Effect.orElseSucceed(fileSystem.exists(join(folder, stopFile)), () => false)
    while (!(yield* isThere)) yield* Effect.sleep(pause)
  })

const removeStopRequest = (folder: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fileSystem) =>
    Effect.ignore(fileSystem.remove(join(folder, stopFile), { force: true }))
  )
