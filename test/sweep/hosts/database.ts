import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import assert from "node:assert/strict"
import type { Following } from "../../../src/sweep/conduct.js"
import type { Recorded } from "../../../src/sweep/Ledger.js"
import * as Database from "../../../src/sweep/postgres/Database.js"
import * as PostgresLedger from "../../../src/sweep/postgres/PostgresLedger.js"
import * as Sweeps from "../../../src/sweep/postgres/Sweeps.js"
import * as ExpiredClaims from "../../../src/sweep/postgres/ExpiredClaims.js"
import type { Postgres } from "../../hosts/Postgres.js"
import { ledgerContract, outcome, ticket } from "../ledgerContract.js"

type Check = (what: string, right: boolean, found?: unknown) => void

const nothing: Following = { tickets: [], isLast: true }

const ledgerOf = (
  database: Database.Database,
  name: string,
  follow: (recorded: Recorded) => Following = () => nothing,
  timeout = 7000
) =>
  Effect.gen(function* () {
    yield* Sweeps.submit(database, { name, definition: "{}", folder: "" })
    return PostgresLedger.make(database, { name, follow, timeout })
  })

/** The contract of ledgers, and what only a database can do, on a server. */
export const checkDatabase = async (server: Postgres, check: Check): Promise<void> => {
  const run = <A>(work: Effect.Effect<A, unknown>): Promise<A> => Effect.runPromise(work)
  const attempt = async (what: string, work: Effect.Effect<void, unknown>): Promise<void> => {
    const result = await run(Effect.either(Effect.catchAllDefect(work, Effect.fail)))
    check(what, Either.isRight(result), Either.isLeft(result) && String(result.left))
  }
  const url = server.createDatabase("ledger")
  const connected = <A>(
    work: (database: Database.Database) => Effect.Effect<A, unknown>,
    at = url
  ): Effect.Effect<A, unknown> => Effect.scoped(Effect.flatMap(Database.connect(at), work))

  console.log("the database")
  for (let round = 0; round < 5; round++) {
    const empty = server.createDatabase(`empty${round}`)
    await attempt(
      `six that start at once on an empty database (${round + 1})`,
      Effect.all(
        Array.from({ length: 6 }, (_, i) =>
          connected(
            (database) =>
              Sweeps.submit(database, { name: `sweep ${i % 2}`, definition: "{}", folder: "" }),
            empty
          )
        ),
        { concurrency: "unbounded", discard: true }
      )
    )
  }

  for (const [i, { run: runCase, title }] of ledgerContract.entries()) {
    await attempt(
      title,
      connected((database) => Effect.flatMap(ledgerOf(database, `case ${i}`), runCase))
    )
  }

  await attempt(
    "issues what follows an outcome, and finishes the sweep, with the outcome",
    connected((database) =>
      Effect.gen(function* () {
        const ledger = yield* ledgerOf(database, "follow", ({ tickets }) => ({
          tickets: tickets.length < 2 ? [ticket(tickets.length)] : [],
          isLast: tickets.length >= 2
        }))
        yield* ledger.issue([ticket(0)])
        const first = Option.getOrThrow(yield* ledger.claim("a"))
        yield* ledger.complete(first, outcome(0))
        const second = Option.getOrThrow(yield* ledger.claim("b"))
        assert.equal(second.ticket.number, 1)
        assert.equal(yield* ledger.complete(second, outcome(1)), true)
        // As where the answer to the first was lost.
        assert.equal(yield* ledger.complete(second, outcome(1)), true)
        const [sweep] = (yield* Sweeps.list(database)).filter(({ name }) => name === "follow")
        assert.equal(sweep?.state, "finished")
      })
    )
  )

  await attempt(
    "gives no ticket of a stopped sweep, and ends its claims",
    connected((database) =>
      Effect.gen(function* () {
        const ledger = yield* ledgerOf(database, "stop")
        yield* ledger.issue([ticket(0), ticket(1)])
        const claim = Option.getOrThrow(yield* ledger.claim("a"))
        yield* Sweeps.setState(database, "stop", "stopped")
        assert.ok(Option.isNone(yield* ledger.claim("b")))
        assert.equal(yield* ledger.renew(claim), false)
        yield* ledger.release(claim)
        yield* Sweeps.setState(database, "stop", "running")
        assert.equal(Option.getOrThrow(yield* ledger.claim("b")).ticket.number, 0)
      })
    )
  )

  await attempt(
    "takes over a claim that nobody renews, and no other; what its worker writes then has no effect",
    connected((database) =>
      Effect.gen(function* () {
        const ledger = yield* ledgerOf(database, "silent", () => nothing, 1500)
        yield* ledger.issue([ticket(0), ticket(1)])
        const silent = Option.getOrThrow(yield* ledger.claim("a"))
        const alive = Option.getOrThrow(yield* ledger.claim("b"))
        const renewing = yield* Effect.fork(Effect.forever(Effect.delay(ledger.renew(alive), 300)))
        const watchers = yield* Effect.all([
          Effect.fork(ExpiredClaims.watch(database)),
          Effect.fork(ExpiredClaims.watch(database))
        ])
        const begun = Date.now()
        let taken = yield* ledger.claim("c")
        while (Option.isNone(taken)) {
          yield* Effect.sleep(50)
          taken = yield* ledger.claim("c")
        }
        const waited = Date.now() - begun
        assert.ok(waited > 1400 && waited < 4000, `after ${waited} ms`)
        const after = Option.getOrThrow(taken)
        assert.equal(after.ticket.number, 0)
        assert.equal(after.isTakenOver, true)
        yield* Effect.all(watchers.map(Fiber.interrupt))
        assert.equal(yield* ledger.renew(silent), false)
        assert.equal(yield* ledger.complete(silent, { ...outcome(0), status: "failed" }), false)
        assert.equal(yield* ledger.renew(alive), true)
        assert.equal(yield* ledger.complete(after, outcome(0)), true)
        assert.deepEqual((yield* ledger.recorded).outcomes, [outcome(0)])
        yield* Fiber.interrupt(renewing)
      })
    )
  )

  await attempt(
    "hides the password in what it says of a server that is away",
    Effect.gen(function* () {
      const found = yield* Effect.flip(
        Effect.scoped(Database.connect("postgres://user:secret@127.0.0.1:9/none"))
      )
      const { isTemporary, message } = found as { isTemporary: boolean; message: string }
      assert.ok(isTemporary && !message.includes("secret"), message)
    })
  )
}
