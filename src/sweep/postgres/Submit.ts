import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type { Storage } from "../../checkpointing/Storage.js"
import { changed, differenceOf } from "../begin.js"
import { encode, type Definition } from "../Definition.js"
import { follow, isFinished, strategy } from "../conduct.js"
import type { LedgerError, Recorded } from "../Ledger.js"
import * as Copy from "./Copy.js"
import type { Database } from "./Database.js"
import { definitionOf, openSweep, textOf, type OpenSweep } from "./OpenSweep.js"
import * as PostgresLedger from "./PostgresLedger.js"
import * as Sweeps from "./Sweeps.js"

/** A sweep to submit. */
export interface Submission {
  readonly definition: Definition
  readonly folder: string
  /** What its folder has recorded: a sweep that was begun on one machine continues where it is. */
  readonly recorded: Recorded
}

/** Submits a sweep to a database, or continues one that is there, and issues the tickets that it has now. */
export const submit = (
  database: Database,
  { definition, folder, recorded }: Submission,
  timeout: number
): Effect.Effect<OpenSweep, LedgerError, FileSystem | Storage> =>
  Effect.gen(function* () {
    const { name, trials } = definition
    const before = (yield* Sweeps.list(database)).find((sweep) => sweep.name === name)
    if (before !== undefined) {
      const there = yield* definitionOf(database, before)
      // More trials extend it, as the sweep's folder allows.
      const difference = differenceOf(encode({ ...there, trials }), encode(definition))
      if (difference !== null) return yield* changed(database.address, difference)
    }
    const stored = yield* Sweeps.submit(database, { name, definition: textOf(definition), folder })
    yield* PostgresLedger.adopt(database, name, recorded)
    const opened = yield* openSweep(database, stored, timeout)
    const known = yield* opened.ledger.recorded
    const following = follow(strategy(opened.definition), known)
    yield* opened.ledger.issue(following.tickets)
    const state = isFinished(following, known) ? "finished" : "running"
    yield* Sweeps.setState(database, name, state)
    yield* Copy.write(opened)
    return { ...opened, stored: { ...stored, state, problem: null } }
  })
