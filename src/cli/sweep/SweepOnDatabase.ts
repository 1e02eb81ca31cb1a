import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { localFolder } from "../../checkpointing/localFolder.js"
import { isUrl } from "../../checkpointing/store/UrlStorage.js"
import { isBuiltIn } from "../../sweep/Definition.js"
import { beginAlone } from "../../sweep/begin.js"
import * as Copy from "../../sweep/postgres/Copy.js"
import * as Database from "../../sweep/postgres/Database.js"
import { openSweep } from "../../sweep/postgres/OpenSweep.js"
import * as PostgresLedger from "../../sweep/postgres/PostgresLedger.js"
import { submit } from "../../sweep/postgres/Submit.js"
import * as Sweeps from "../../sweep/postgres/Sweeps.js"
import { readDefinitionIn } from "../../sweep/SweepBucket.js"
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
      // Alone: no other process works on the sweep without the database.
      const { definition, ledger } = yield* beginAlone(folder, wanted, {
        force: options.force,
        keepsBackend: false
      })
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

/** The sweep of a folder or bucket, as a database has it. */
const find = (given: string, database: Database.Database) =>
  Effect.gen(function* () {
    const { name } = yield* definitionAt(given)
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

const definitionAt = (given: string) =>
  Effect.gen(function* () {
    if (!isUrl(given)) return yield* readDefinition(given)
    const definition = yield* readDefinitionIn(given.replace(/\/+$/, ""))
    if (definition !== null) return definition
    return yield* new SweepError({ reason: { _tag: "NoSweep", folder: given } })
  })

/**
 * Brings the files in the folder of a sweep up to date, by which commands and pages show it; gives who works on
 * which of its trials.
 */
export const refresh = Effect.fn("SweepOnDatabase.refresh")(function* (
  given: string,
  address: string
) {
  const { err } = yield* Output
  const database = yield* Database.connect(address)
  const stored = yield* find(given, database)
  const opened = yield* openSweep(database, { ...stored, folder: localFolder(given) }, timeout)
  yield* Copy.write(opened)
  if (stored.problem !== null) yield* err(`${stored.problem}\n`)
  return yield* PostgresLedger.workersOf(database, stored.name)
}, Effect.scoped)

/** Has the workers of a database save the trials of a sweep, and leave it. */
export const stop = Effect.fn("SweepOnDatabase.stop")(function* (
  given: string,
  address: string,
  json: boolean
) {
  const database = yield* Database.connect(address)
  const { name, state } = yield* find(given, database)
  const isRunning = state === "running"
  if (isRunning) yield* Sweeps.setState(database, name, "stopped")
  yield* sayStopping(name, isRunning, json)
}, Effect.scoped)
