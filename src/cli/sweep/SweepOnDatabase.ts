import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isBuiltIn } from "../../sweep/Definition.js"
import { begin } from "../../sweep/begin.js"
import * as FileLedger from "../../sweep/FileLedger.js"
import * as Copy from "../../sweep/postgres/Copy.js"
import * as Database from "../../sweep/postgres/Database.js"
import { openSweep } from "../../sweep/postgres/OpenSweep.js"
import { submit } from "../../sweep/postgres/Submit.js"
import * as Sweeps from "../../sweep/postgres/Sweeps.js"
import { SweepError } from "../../sweep/SweepError.js"
import { readDefinition } from "../../sweep/SweepFolder.js"
import { serve } from "../commands/ServeDatabase.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import { prepare } from "./PrepareSweep.js"
import { sayStopping } from "./ShowSweep.js"
import type { Options } from "./StartSweep.js"

/** Milliseconds without a renewal after which other workers take a trial over. */
const timeout = 7000

/** Submits the sweep of a file to a database, and works on it here with as many workers as were asked for. */
export const start = Effect.fn("SweepOnDatabase.start")(function* (
  file: string,
  address: string,
  options: Options
) {
  const { out } = yield* Output
  const { definition: wanted, folder } = yield* prepare(file, options)
  if (!isBuiltIn(wanted)) {
    return yield* new SweepError({
      reason: {
        _tag: "Unreadable",
        path: file,
        detail: t`a search or scheduler of its own is for one machine: the workers of a database do not have it; leave out --database, or choose one of Holdfast's`
      }
    })
  }
  const database = yield* Database.connect(address)
  const opened = yield* Effect.scoped(
    Effect.gen(function* () {
      // With its lock: no other process works on the sweep without the database.
      const { ledger } = yield* FileLedger.open(folder, { force: options.force })
      const definition = yield* begin(folder, wanted)
      const recorded = yield* ledger.recorded
      return yield* submit(database, { definition, folder, recorded }, timeout)
    })
  )
  const { name } = opened.definition
  const slots = Option.getOrElse(options.workers, () => 0)
  if (!options.json) {
    yield* out(
      opened.stored.state === "finished"
        ? t`sweep ${name} is finished: holdfast sweep status ${folder}\n`
        : t`sweep ${name} is in the database ${database.address}; start workers with: holdfast worker --database ${database.address}\n`
    )
  }
  if (slots === 0 || opened.stored.state === "finished") return
  yield* serve(database, { slots, timeout, sweep: name, endsWhenDone: true, json: options.json })
}, Effect.scoped)

/** The sweep of a folder, as a database has it. */
const find = (folder: string, database: Database.Database) =>
  Effect.gen(function* () {
    const { name } = yield* readDefinition(folder)
    const found = (yield* Sweeps.list(database)).find((sweep) => sweep.name === name)
    if (found !== undefined) return found
    return yield* new SweepError({
      reason: {
        _tag: "Unreadable",
        path: database.address,
        detail: t`has no sweep ${name}; submit it with holdfast sweep --database`
      }
    })
  })

/** Brings the files in the folder of a sweep up to date, by which commands and pages show it. */
export const refresh = Effect.fn("SweepOnDatabase.refresh")(function* (
  folder: string,
  address: string
) {
  const { err } = yield* Output
  const database = yield* Database.connect(address)
  const stored = yield* find(folder, database)
  yield* Copy.write(yield* openSweep(database, { ...stored, folder }, timeout))
  if (stored.problem !== null) yield* err(`${stored.problem}\n`)
}, Effect.scoped)

/** Has the workers of a database save the trials of a sweep, and leave it. */
export const stop = Effect.fn("SweepOnDatabase.stop")(function* (
  folder: string,
  address: string,
  json: boolean
) {
  const database = yield* Database.connect(address)
  const { name, state } = yield* find(folder, database)
  const isRunning = state === "running"
  if (isRunning) yield* Sweeps.setState(database, name, "stopped")
  yield* sayStopping(name, isRunning, json)
}, Effect.scoped)
