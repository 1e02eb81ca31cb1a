import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { sweepFile } from "../checkpointing/FileNames.js"
import * as AtomicFile from "../io/AtomicFile.js"
import { Definition, encode } from "./Definition.js"
import { SweepError } from "./SweepError.js"

/** The outcomes of the tickets, one a line. */
export const outcomesFile = "outcomes.ndjson"
/** What trials have reached that were revived. */
export const revivedFile = "revived.ndjson"
/** The config of every trial, but for its parameters. */
export const configFile = "config.json"
/** Asks the process that runs the sweep to stop. */
export const stopFile = ".stop"

/** The folder of a trial's run. */
export const trialFolder = (folder: string, trial: number): string =>
  join(folder, `trial-${String(trial).padStart(4, "0")}`)

/** Reads what the sweep in a folder computes. */
export const readDefinition = Effect.fn("SweepFolder.readDefinition")(function* (folder: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = join(folder, sweepFile)
  const unreadable = (detail: string) =>
    new SweepError({ reason: { _tag: "Unreadable", path, detail } })
  const text = yield* Effect.mapError(fileSystem.readFileString(path), (cause) =>
    cause._tag === "SystemError" && cause.reason === "NotFound"
      ? new SweepError({ reason: { _tag: "NoSweep", folder } })
      : unreadable(cause.message)
  )
  return yield* Effect.mapError(
    Schema.decodeUnknown(Schema.parseJson(Definition))(text),
    ({ message }) => unreadable(message)
  )
})

/** Writes it, and the config of its trials. */
export const writeDefinition = Effect.fn("SweepFolder.writeDefinition")(function* (
  folder: string,
  definition: Definition
) {
  const write = (file: string, value: unknown) =>
    Effect.mapError(
      AtomicFile.writeFile(join(folder, file), `${JSON.stringify(value, null, 2)}\n`),
      (cause) =>
        new SweepError({
          reason: { _tag: "Unreadable", path: join(folder, file), detail: cause.message }
        })
    )
  yield* write(configFile, definition.config)
  // Last: a folder is one of a sweep when it has this file.
  yield* write(sweepFile, encode(definition))
})
