import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CheckpointError } from "../../checkpointing/CheckpointError.js"
import type { Storage } from "../../checkpointing/Storage.js"
import { t } from "../../language/Text.js"
import { follow, strategy } from "../conduct.js"
import { encode, type Definition } from "../Definition.js"
import type { Ledger } from "../Ledger.js"
import { SweepError } from "../SweepError.js"
import * as SweepBucket from "../SweepBucket.js"
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

/** The text of a definition, as a database keeps it. */
export const textOf = (definition: Definition): string => JSON.stringify(encode(definition))

/** Decodes the definition of a sweep in a database. */
export const definitionOf = (
  database: Database,
  { definition }: StoredSweep
): Effect.Effect<Definition, SweepError> =>
  SweepFolder.decodeDefinition(definition, database.address)

/** Fails with `detail` unless what is there is the sweep as the database has it. */
const checkPlace = (path: string, there: Definition | null, stored: StoredSweep, detail: string) =>
  there !== null && textOf(there) === stored.definition
    ? Effect.void
    : new SweepError({ reason: { _tag: "Unreadable", path, detail } })

/** A folder that all machines share has all that the processes of trials need. */
const checkFolder = (stored: StoredSweep) =>
  Effect.flatMap(Effect.option(SweepFolder.readDefinition(stored.folder)), (there) =>
    checkPlace(
      stored.folder,
      Option.getOrNull(there),
      stored,
      t`not the folder of the sweep ${stored.name}; start the worker in the project's folder, as the sweep was, and make checkpoint_dir a folder that all machines see, or a bucket: s3://bucket/prefix`
    )
  )

/** With a bucket each machine has a folder of its own for the rest, which is made here. */
const makeFolder = (stored: StoredSweep, definition: Definition, bucket: string) =>
  Effect.gen(function* () {
    const { pipeline } = definition
    yield* checkPlace(
      bucket,
      yield* SweepBucket.readDefinitionIn(bucket),
      stored,
      t`the sweep ${stored.name} of this database did not begin there; name another checkpoint_dir`
    )
    const fileSystem = yield* FileSystem.FileSystem
    // Else each trial would fail.
    if (!(yield* Effect.orElseSucceed(fileSystem.exists(pipeline), () => false))) {
      const detail = t`no such file here, and the sweep ${stored.name} trains it; start the worker in the project's folder, as the sweep was`
      return yield* new SweepError({ reason: { _tag: "Unreadable", path: pipeline, detail } })
    }
    yield* SweepFolder.writeDefinition(stored.folder, definition)
  })

/**
 * Opens a sweep of a database. Fails where its folder, or bucket, is not the one that it was submitted with: then
 * this machine would train its trials from scratch, where no other sees them.
 */
export const openSweep = (
  database: Database,
  stored: StoredSweep,
  timeout: number
): Effect.Effect<OpenSweep, SweepError | CheckpointError, FileSystem.FileSystem | Storage> =>
  Effect.gen(function* () {
    const { name } = stored
    const definition = yield* definitionOf(database, stored)
    const { checkpoint_dir } = definition
    if (checkpoint_dir === undefined) yield* checkFolder(stored)
    else yield* makeFolder(stored, definition, checkpoint_dir)
    const known = strategy(definition)
    const ledger = PostgresLedger.make(database, {
      name,
      follow: (recorded) => follow(known, recorded),
      timeout
    })
    return { stored, definition, ledger }
  })
