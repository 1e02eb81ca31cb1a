import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { DataError } from "../../data/DataError.js"
import type { Examples } from "../../data/Dataset.js"
import * as DataWorkers from "../../data/workers/DataWorkers.js"
import * as Thread from "../../io/Thread.js"
import { t } from "../../language/Text.js"
import type { AugmentConfig } from "../augment/AugmentConfig.js"
import * as AugmentedExamples from "../augment/AugmentedExamples.js"
import type * as render from "../augment/render.js"
import type * as LogMel from "../LogMel.js"
import * as Recordings from "./Recordings.js"
import * as Scan from "./Scan.js"

interface Options {
  readonly augment: AugmentConfig
  readonly options: LogMel.Options
  readonly frames: number
  readonly cacheFolder: string
  readonly root: string
}

/** Recordings to add to others: noises, and impulse responses of rooms. */
export interface Additions {
  readonly noises: ReadonlyArray<Recordings.Recording>
  readonly impulses: ReadonlyArray<Recordings.Recording>
}

/** Reads the folders that `data.augment` names. */
export const additions = Effect.fnUntraced(function* ({ augment, cacheFolder, options }: Options) {
  const path = yield* Path.Path
  const read = Effect.fnUntraced(function* (
    field: string,
    source: string | undefined,
    builtIn: ReadonlyArray<string>
  ) {
    if (source === undefined || builtIn.includes(source)) return []
    const at = `data.augment.${field}.source`
    const files = yield* Effect.mapError(Scan.recordingsIn(source), ({ reason }) =>
      reason === "NotFound"
        ? new DataError({
            reason: "NotFound",
            path: at,
            detail: t`there is no folder ${source}; give ${builtIn.join(", ")} or a folder of recordings`
          })
        : new DataError({ reason: "Unreadable", path: at, detail: t`${source} cannot be read` })
    )
    if (files.length === 0) {
      const detail = t`${source} holds no recordings`
      return yield* new DataError({ reason: "Empty", path: at, detail })
    }
    const speaker = { name: path.basename(source), folder: source, files }
    return yield* Recordings.read([speaker], options, cacheFolder, source, "samples")
  })
  const additions: Additions = {
    noises: yield* read("noise", augment.noise?.source, ["white", "pink"]),
    impulses: yield* read("reverberation", augment.reverberation?.source, ["simulated"])
  }
  return additions
})

/** The training examples whose samples are changed where random numbers are given, else as they are in `plain`. */
export const make = Effect.fnUntraced(function* (
  plain: Examples,
  recordings: ReadonlyArray<Recordings.Recording>,
  speakers: ReadonlyArray<Scan.Speaker>,
  { impulses, noises }: Additions,
  { augment, cacheFolder, frames, options, root }: Options
) {
  const workers = yield* DataWorkers.make<typeof render>({
    module: Thread.beside("../augment/render", import.meta.url)
  })
  const own = speakers.map((speaker, label) => ({
    ...speaker,
    files: recordings.flatMap((one) => (one.label === label ? one.file : []))
  }))
  const decoded = yield* Recordings.read(
    own.filter(({ files }) => files.length > 0),
    options,
    cacheFolder,
    root,
    "samples"
  )
  const byHash = new Map(decoded.map(({ features, hash }) => [hash, features]))
  const changed = recordings.find(({ hash }) => !byHash.has(hash))
  if (changed !== undefined) {
    return yield* new DataError({
      reason: "Unreadable",
      path: `${changed.speaker}/${changed.file}`,
      detail: t`has changed while it was read`
    })
  }
  const batch = AugmentedExamples.make(
    {
      recordings: recordings.map(({ hash, label }) => ({ samples: byHash.get(hash)!, label })),
      noises: noises.map(({ features }) => features),
      impulses: impulses.map(({ features }) => features)
    },
    augment,
    options,
    frames,
    workers
  )
  const examples: Examples = {
    ...plain,
    ahead: workers.ahead,
    batch: (indices, rng) =>
      rng === undefined
        ? plain.batch(indices)
        : Effect.catchIf(
            batch(indices, rng),
            (error) => error._tag !== "DataError",
            ({ message }) => Recordings.gone(cacheFolder, message)
          )
  }
  return examples
})
