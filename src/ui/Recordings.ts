import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import * as LogMel from "../audio/LogMel.js"
import * as Parts from "../audio/Parts.js"
import * as SoundFile from "../audio/SoundFile.js"
import * as Wav from "../audio/Wav.js"
import { WorstExamples, type ClassifiedExample } from "../events/MetricDetails.js"
import { t } from "../language/Text.js"
import * as LogFile from "../runlog/LogFile.js"
import type * as Api from "./Api.js"
import { ApiFailure, failed } from "./ApiFailure.js"
import type { OpenedRun } from "./RunIndex.js"
import type { ExampleQuery } from "./RunViews.js"

/** Seconds of a recording that are played at most, and bytes of the file that it is in. */
const longest = 60
const largest = 256 * 2 ** 20

const missing = (detail: string) => new ApiFailure({ reason: "NotFound", detail })

const isPlayable = (file: string | null): boolean => file !== null && SoundFile.endings.test(file)

/** The worst examples of each split, as the last evaluation of it has found them. */
const worstOf = (run: OpenedRun) =>
  Effect.gen(function* () {
    if (run._tag !== "Log") return []
    const details = yield* Effect.mapError(LogFile.readDetails(run.file), failed)
    return details.flatMap(({ epoch, metric, value }) =>
      metric.endsWith("worst_examples")
        ? Option.match(Schema.decodeUnknownOption(WorstExamples)(value), {
            onNone: () => [],
            onSome: (worst) => [{ epoch, ...worst }]
          })
        : []
    )
  })

const viewOf = (example: ClassifiedExample): Api.Example => ({
  index: example.index,
  name: example.name,
  path: example.path,
  from: example.from ?? null,
  to: example.to ?? null,
  label: example.label,
  predicted: example.predicted,
  probability: example.probability,
  labelProbability: example.label_probability,
  loss: Number.isFinite(example.loss) ? example.loss : null,
  media: isPlayable(example.path) ? "audio" : null
})

/** `GET /api/examples`. */
export const examples = (
  run: OpenedRun,
  split: string | null
): Effect.Effect<Api.ExampleList, ApiFailure> =>
  Effect.map(worstOf(run), (all) => {
    const found = all.find((worst) => split === null || worst.split === split)
    return {
      split: found?.split ?? split ?? "validation",
      splits: all.map(({ split }) => split),
      epoch: found?.epoch ?? null,
      metric: "loss",
      examples: found?.examples.map(viewOf) ?? []
    }
  })

/** The folder that the data of a run came from, where its config says so. */
const rootOf = (run: OpenedRun): string | null => {
  const config = run._tag === "Log" ? run.record.config : {}
  const { data } = config as {
    readonly data?: { readonly root?: unknown; readonly synthetic?: { readonly folder?: unknown } }
  }
  const root = data?.root ?? data?.synthetic?.folder
  return typeof root === "string" ? root : null
}

/**
 * Whether a file is inside the folder of the data, as the config of a run names it: a relative one is
 * below the folder in which the run was started, which nothing says.
 */
export const isInside = (root: string, file: string): boolean => {
  const below = path.normalize(`${root}${path.sep}`)
  if (path.isAbsolute(root)) return file.startsWith(below)
  const steps = below.split(path.sep).filter((step) => !["", ".", ".."].includes(step))
  return path.dirname(file).includes(["", ...steps].join(path.sep))
}

/**
 * The part of a recording that is an example. Only a file that the run itself names is read, and only
 * inside the folder of its data; only samples of sound leave it, so that no other
 * file is readable this way.
 */
const excerpt = (run: OpenedRun, { index, split }: ExampleQuery) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const worst = (yield* worstOf(run)).find((one) => one.split === split)
    const example = worst?.examples.find((one) => one.index === index)
    const file = example?.path ?? null
    if (example === undefined || file === null || !isPlayable(file)) {
      return yield* missing(t`there is no recording of this example`)
    }
    const gone = () => missing(t`the recording ${file} is not there, or cannot be read`)
    const real = yield* Effect.mapError(fileSystem.realPath(path.resolve(file)), gone)
    const root = rootOf(run)
    // An absolute folder may be a link itself.
    const folder =
      root !== null && path.isAbsolute(root)
        ? yield* Effect.orElseSucceed(fileSystem.realPath(root), () => root)
        : root
    if (folder !== null && !isInside(folder, real)) return yield* gone()
    const { size, type } = yield* Effect.mapError(fileSystem.stat(real), gone)
    if (type !== "File" || Number(size) > largest) return yield* gone()
    const bytes = yield* Effect.mapError(fileSystem.readFile(real), gone)
    const { from = 0, to = Infinity } = example
    return yield* Effect.mapError(
      SoundFile.excerpt(Parts.ofMemory(bytes), from, Math.min(to, Math.max(0, from) + longest)),
      gone
    )
  })

/** `GET /api/audio`. */
export const audio = (run: OpenedRun, query: ExampleQuery) =>
  Effect.map(excerpt(run, query), ({ sampleRate, samples }) => Wav.encode(samples, sampleRate))

/** Decibels of a natural logarithm of power. */
const decibels = 10 / Math.LN10

/** `GET /api/spectrogram`: of the recording as it is, in bands as wide as those of the features. */
export const spectrogram = (run: OpenedRun, query: ExampleQuery) =>
  Effect.map(excerpt(run, query), ({ sampleRate, samples }): Api.Spectrogram => {
    const options = { sampleRate, mels: 64, windowMs: 25, hopMs: 10 }
    const values = LogMel.make(options)(samples)
    return {
      frames: values.length / options.mels,
      mels: options.mels,
      values: Array.from(values, (value) => Math.round(value * decibels * 10) / 10),
      seconds: samples.length / sampleRate
    }
  })
