import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { sweepFile, ticketsFile } from "../checkpointing/FileNames.js"
import { localFolder } from "../checkpointing/localFolder.js"
import { isUrl } from "../checkpointing/store/UrlStorage.js"
import * as AtomicFile from "../io/AtomicFile.js"
import * as Folder from "../io/Folder.js"
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

/**
 * The folder of this machine with the records of a sweep, which `place` names: the folder itself, or the
 * bucket of its trials' checkpoints.
 */
export const recordsOf = (
  place: string
): Effect.Effect<string, SweepError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const folder = localFolder(place)
    if (!isUrl(place)) return folder
    const fileSystem = yield* FileSystem.FileSystem
    const isThere = fileSystem.exists(join(folder, sweepFile))
    if (yield* Effect.orElseSucceed(isThere, () => false)) return folder
    return yield* new SweepError({ reason: { _tag: "NoRecords", bucket: place, folder } })
  })

const trialName = (trial: number): string => `trial-${String(trial).padStart(4, "0")}`

/** The folder of a trial's run. */
export const trialFolder = (folder: string, trial: number): string => join(folder, trialName(trial))

/** Where the checkpoints of a trial are: in its folder, or in the bucket of the sweep. */
export const checkpointsOf = (
  folder: string,
  { checkpoint_dir }: Pick<Definition, "checkpoint_dir">,
  trial: number
): string =>
  checkpoint_dir === undefined
    ? trialFolder(folder, trial)
    : `${checkpoint_dir}/${trialName(trial)}`

/** Reads what the sweep in a folder computes. */
export const readDefinition = Effect.fn("SweepFolder.readDefinition")(function* (folder: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const path = join(folder, sweepFile)
  const text = yield* Effect.mapError(fileSystem.readFileString(path), (cause) =>
    cause._tag === "SystemError" && cause.reason === "NotFound"
      ? new SweepError({ reason: { _tag: "NoSweep", folder } })
      : unreadable(path)(cause)
  )
  return yield* decodeDefinition(text, path)
})

/** Decodes the text of a definition, which was read from `path`. */
export const decodeDefinition = (
  text: string,
  path: string
): Effect.Effect<Definition, SweepError> =>
  Effect.mapError(Schema.decodeUnknown(Schema.parseJson(Definition))(text), unreadable(path))

/** Writes it, and the config of its trials. */
export const writeDefinition = Effect.fn("SweepFolder.writeDefinition")(function* (
  folder: string,
  definition: Definition
) {
  const write = (file: string, value: unknown) =>
    Effect.mapError(
      AtomicFile.writeFile(join(folder, file), `${JSON.stringify(value, null, 2)}\n`),
      unreadable(join(folder, file))
    )
  yield* Effect.mapError(Folder.make(folder), unreadable(folder))
  yield* write(configFile, definition.config)
  // A folder is one of a sweep when it has both: a project may have a file of the name of the last.
  const fileSystem = yield* FileSystem.FileSystem
  yield* Effect.mapError(
    fileSystem.writeFileString(join(folder, ticketsFile), "", { flag: "a" }),
    unreadable(join(folder, ticketsFile))
  )
  yield* write(sweepFile, encode(definition))
})

const unreadable =
  (path: string) =>
  ({ message }: Error): SweepError =>
    new SweepError({ reason: { _tag: "Unreadable", path, detail: message } })
