import type { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import { follow, strategy } from "../conduct.js"
import { Definition, encode } from "../Definition.js"
import type { Ledger } from "../Ledger.js"
import { SweepError } from "../SweepError.js"
import * as SweepFolder from "../SweepFolder.js"
import type { Database } from "./Database.js"
import * as PostgresLedger from "./PostgresLedger.js"
import type { StoredSweep } from "./Sweeps.js"

/** A sweep of a database that this process can work on. */
export interface OpenSweep {
  readonly stored: StoredSweep
  readonly definition: Definition
  readonly ledger: Ledger["Type"]
}

const definitionText = Schema.parseJson(Definition)

/** The text of a definition, as a database keeps it. */
export const textOf = (definition: Definition): string => JSON.stringify(encode(definition))

/** Decodes the definition of a sweep in a database. */
export const definitionOf = (
  database: Database,
  { definition }: StoredSweep
): Effect.Effect<Definition, SweepError> =>
  Effect.mapError(
    Schema.decodeUnknown(definitionText)(definition),
    ({ message }) =>
      new SweepError({ reason: { _tag: "Unreadable", path: database.address, detail: message } })
  )

/**
 * Opens a sweep of a database. Fails where its folder is not the one that it was submitted with: then this
 * machine would train its trials from scratch, where no other sees them.
 */
export const openSweep = (
  database: Database,
  stored: StoredSweep,
  timeout: number
): Effect.Effect<OpenSweep, SweepError, FileSystem> =>
  Effect.gen(function* () {
    const { folder, name } = stored
    const definition = yield* definitionOf(database, stored)
    const there = yield* Effect.option(SweepFolder.readDefinition(folder))
    if (there._tag === "None" || textOf(there.value) !== stored.definition) {
      return yield* new SweepError({
        reason: {
          _tag: "Unreadable",
          path: folder,
          detail: t`not the folder of the sweep ${name}; start the worker in the project's folder, as the sweep was, and make checkpoint_dir a shared folder that all machines see`
        }
      })
    }
    const known = strategy(definition)
    const ledger = PostgresLedger.make(database, {
      name,
      follow: (recorded) => follow(known, recorded),
      timeout
    })
    return { stored, definition, ledger }
  })
