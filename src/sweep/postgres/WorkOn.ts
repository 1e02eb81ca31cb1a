import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { CheckpointStore } from "../../checkpointing/store/CheckpointStore.js"
import type { Claim } from "../Ledger.js"
import type { SweepError } from "../SweepError.js"
import type { Outcome } from "../Ticket.js"
import * as Trial from "../Trial.js"
import * as Copy from "./Copy.js"
import type { Database } from "./Database.js"
import { keep, termsOf } from "./Keep.js"
import type { OpenSweep } from "./OpenSweep.js"
import * as Sweeps from "./Sweeps.js"
import { WorkerEvent } from "./WorkerEvent.js"

/** A ticket that this worker has claimed. */
export interface Claimed {
  readonly sweep: OpenSweep
  readonly claim: Claim
}

// Another process has the trial, or its storage does not answer: not at once again.
const pause = 1000

// A claim that cannot be given back in this time is taken over.
const patience = 5000

/** Runs a ticket's trial while its claim is renewed, and records the outcome if the claim still holds then. */
export const workOn = (
  database: Database,
  options: {
    readonly timeout: number
    readonly report: (event: WorkerEvent) => Effect.Effect<void>
  },
  { claim, sweep }: Claimed
): Effect.Effect<void, never, CheckpointStore | FileSystem> => {
  const { report, timeout } = options
  const { definition, ledger, stored } = sweep
  const { ticket } = claim
  const about = { sweep: stored.name, ticket: ticket.number, trial: ticket.trial }
  const isTakenOver = claim.isTakenOver === true
  let pid: number | undefined

  const release = Effect.ignore(Effect.timeout(ledger.release(claim), patience))
  const record = (outcome: Outcome | Trial.Again): Effect.Effect<Outcome | Trial.Again | null> =>
    outcome === "again"
      ? Effect.succeed(outcome)
      : // Renewals continue while the database is asked again; each try counts once at most.
        ledger.complete(claim, outcome).pipe(
          Effect.uninterruptible,
          Effect.map((isRecorded) => (isRecorded ? outcome : null)),
          Effect.retry(Schedule.spaced(500)),
          Effect.orDie
        )
  const work = keep(termsOf(timeout), {
    renew: ledger.renew(claim),
    run: Effect.flatMap(
      Trial.work(
        {
          definition,
          folder: stored.folder,
          force: isTakenOver,
          onStart: (started) => {
            pid = started
            const { until } = ticket
            Effect.runFork(
              report(WorkerEvent.Started({ ...about, until, isTakenOver, pid: started }))
            )
          }
        },
        ticket
      ),
      record
    ),
    kill: Effect.sync(() => {
      try {
        if (pid !== undefined) process.kill(pid, "SIGKILL")
      } catch {
        // It has ended.
      }
    })
  })
  /** The claim is over without an outcome. */
  const giveBack = Effect.gen(function* () {
    yield* release
    const states = yield* Effect.option(Effect.timeout(Sweeps.list(database), patience))
    const state = Option.getOrElse(states, () => []).find(({ name }) => name === stored.name)
    yield* report(
      state?.state === "stopped"
        ? WorkerEvent.Released({ ...about, reason: "Stopped" })
        : WorkerEvent.Lost(about)
    )
  })
  /** The sweep cannot continue, here or elsewhere. */
  const stopSweep = ({ message }: SweepError) =>
    Effect.gen(function* () {
      yield* Effect.ignore(Sweeps.setState(database, stored.name, "stopped", message))
      yield* release
      yield* report(WorkerEvent.Problem({ sweep: stored.name, message }))
    })
  return Effect.gen(function* () {
    const ended = yield* work
    if (Option.isNone(ended) || ended.value === null) return yield* giveBack
    if (ended.value === "again") {
      yield* release
      yield* report(WorkerEvent.Released({ ...about, reason: "Locked" }))
      return yield* Effect.sleep(pause)
    }
    const { status, values } = ended.value
    const value = values.at(-1)?.value ?? null
    yield* report(WorkerEvent.Completed({ ...about, status, value }))
    yield* Copy.write(sweep)
  }).pipe(
    Effect.onInterrupt(() =>
      Effect.zipRight(release, report(WorkerEvent.Released({ ...about, reason: "Stopped" })))
    ),
    Effect.catchTag("SweepError", stopSweep),
    Effect.catchAll(({ message }) =>
      release.pipe(
        Effect.zipRight(report(WorkerEvent.Problem({ sweep: stored.name, message }))),
        Effect.zipRight(Effect.sleep(pause))
      )
    )
  )
}
