import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import assert from "node:assert/strict"
import type { Claim, Ledger } from "../../src/sweep/Ledger.js"
import type { Outcome, Ticket } from "../../src/sweep/Ticket.js"

type TheLedger = Ledger["Type"]

/** A case of the contract of ledgers: each is given a ledger without tickets. */
export interface LedgerCase {
  readonly title: string
  readonly run: (ledger: TheLedger) => Effect.Effect<void, unknown>
}

export const ticket = (number: number): Ticket => ({
  number,
  trial: number,
  parameters: { "training.learning_rate": 1e-7 / (number + 1), "model.units": 8 },
  until: 3
})

export const outcome = (number: number): Outcome => ({
  ticket: number,
  status: "completed",
  values: [
    { epoch: 1, value: 0.1 + 0.2 },
    { epoch: 2, value: 1 / 3 / (number + 1) }
  ]
})

const claimed = (ledger: TheLedger, worker: string): Effect.Effect<Claim, unknown> =>
  Effect.map(ledger.claim(worker), Option.getOrThrow)

/** What every ledger does, whatever it keeps its records in. */
export const ledgerContract: ReadonlyArray<LedgerCase> = [
  {
    title: "gives tickets in their order, each to one worker",
    run: (ledger) =>
      Effect.gen(function* () {
        assert.ok(Option.isNone(yield* ledger.claim("a")))
        yield* ledger.issue([ticket(0), ticket(1), ticket(2)])
        const claims = [
          yield* claimed(ledger, "a"),
          yield* claimed(ledger, "b"),
          yield* claimed(ledger, "a")
        ]
        assert.deepEqual(
          claims.map((claim) => claim.ticket),
          [ticket(0), ticket(1), ticket(2)]
        )
        assert.ok(Option.isNone(yield* ledger.claim("c")))
      })
  },
  {
    title: "ignores a ticket that is issued again",
    run: (ledger) =>
      Effect.gen(function* () {
        yield* ledger.issue([ticket(0)])
        yield* ledger.issue([ticket(0), ticket(1)])
        assert.equal((yield* claimed(ledger, "a")).ticket.number, 0)
        assert.equal((yield* claimed(ledger, "a")).ticket.number, 1)
        assert.ok(Option.isNone(yield* ledger.claim("a")))
        assert.deepEqual((yield* ledger.recorded).tickets, [ticket(0), ticket(1)])
      })
  },
  {
    title: "gives no two tickets of a trial at once",
    run: (ledger) =>
      Effect.gen(function* () {
        yield* ledger.issue([ticket(0), { ...ticket(1), trial: 0, until: 6 }, ticket(2)])
        const first = yield* claimed(ledger, "a")
        assert.equal((yield* claimed(ledger, "b")).ticket.number, 2)
        assert.ok(Option.isNone(yield* ledger.claim("c")))
        yield* ledger.complete(first, outcome(0))
        assert.equal((yield* claimed(ledger, "c")).ticket.number, 1)
      })
  },
  {
    title: "keeps an outcome to the bit, and its ticket from being claimed again",
    run: (ledger) =>
      Effect.gen(function* () {
        yield* ledger.issue([ticket(0)])
        const claim = yield* claimed(ledger, "a")
        assert.equal(yield* ledger.renew(claim), true)
        assert.equal(yield* ledger.complete(claim, outcome(0)), true)
        assert.deepEqual((yield* ledger.recorded).outcomes, [outcome(0)])
        assert.ok(Option.isNone(yield* ledger.claim("b")))
      })
  },
  {
    title: "gives a released ticket to the next worker, and no effect to the claim before",
    run: (ledger) =>
      Effect.gen(function* () {
        yield* ledger.issue([ticket(0), ticket(1)])
        const before = yield* claimed(ledger, "a")
        yield* ledger.release(before)
        const after = yield* claimed(ledger, "b")
        assert.equal(after.ticket.number, 0)
        assert.equal(yield* ledger.renew(before), false)
        assert.equal(yield* ledger.complete(before, { ...outcome(0), status: "failed" }), false)
        yield* ledger.release(before)
        assert.equal(yield* ledger.renew(after), true)
        assert.equal(yield* ledger.complete(after, outcome(0)), true)
        assert.deepEqual((yield* ledger.recorded).outcomes, [outcome(0)])
      })
  },
  {
    title: "records outcomes in whichever order they come, and lists them by ticket",
    run: (ledger) =>
      Effect.gen(function* () {
        yield* ledger.issue([ticket(0), ticket(1)])
        const first = yield* claimed(ledger, "a")
        const second = yield* claimed(ledger, "b")
        yield* ledger.complete(second, outcome(1))
        yield* ledger.complete(first, outcome(0))
        const { outcomes } = yield* ledger.recorded
        assert.deepEqual(
          outcomes.toSorted((a, b) => a.ticket - b.ticket),
          [outcome(0), outcome(1)]
        )
      })
  }
]
