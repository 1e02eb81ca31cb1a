import * as Effect from "effect/Effect"
import { basename, join, resolve } from "node:path"
import * as Thread from "../../io/Thread.js"
import { t } from "../../language/Text.js"
import type { Batch } from "../Batch.js"
import { DataError } from "../DataError.js"
import type { Dataset, Examples, SplitName } from "../Dataset.js"
import type { FingerprintMode } from "../FingerprintMode.js"
import { hashing } from "../fingerprint.js"
import type { Normalization } from "../Layout.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Split from "../Split.js"
import * as DataWorkers from "../workers/DataWorkers.js"
import { decoderOf, endings, type Decode, type DecoderName } from "./decode.js"
import type { ImageInput } from "./ImageInput.js"
import type { Pixels } from "./Pixels.js"
import { draw, type Augmentation, type Plan } from "./render.js"
import * as Scan from "./scan.js"
import type * as work from "./work.js"

/** Which images, what of them the model sees, and how they are divided. */
export interface ImageOptions {
  /** The folder of images; the folder in it that holds an image names its class. */
  readonly root: string
  readonly name?: string
  /** A CSV file of paths and labels instead of folders that name classes. */
  readonly list?: Scan.LabelList
  /** Numbers in the list are quantities, not classes. */
  readonly quantities?: boolean
  readonly height: number
  readonly width: number
  /** Red, green and blue, or gray; default: 3. */
  readonly channels?: 1 | 3
  /** The largest centred rectangle of this shape (the default), or all of the image. */
  readonly fit?: "crop" | "stretch"
  /** The model sees `x × scale + offset` of a byte; default: from 0 to 1. */
  readonly normalization?: Normalization
  /** The model sees `(x / 255 − mean) / std` of each channel instead. */
  readonly standardize?: {
    readonly mean: ReadonlyArray<number>
    readonly std: ReadonlyArray<number>
  }
  readonly augment?: Augmentation
  readonly split?: Split.SplitOption
  /** What must stay in one split, by the path of an image. */
  readonly group?: (path: string) => string
  /** "auto", the default, is sharp where that is installed. */
  readonly decoder?: DecoderName | "auto"
  /** Decodes every image at the start, and skips what cannot be; else such a file ends the run that meets it. */
  readonly verify?: boolean
  /** How many threads decode and augment; by default as `training.data_workers` says. */
  readonly workers?: DataWorkers.WorkerCount
  /**
   * How much of each file the fingerprint goes by: "content", every byte; "sampled", the default, size, first and
   * last 4 KiB; "size" alone, and then no file is opened at the start.
   */
  readonly fingerprint?: FingerprintMode
}

/** Decoded images that are held, so that small data are decoded once. */
const heldBytes = 1 << 28
/** So many images are given to a thread in one call at most. */
const mostPerCall = 32
/** So many paths are hashed at a time. */
const hashedAtOnce = 4096

/**
 * A dataset of PNG and JPEG images in folders by class, or listed in a CSV file. They are read by index, so
 * that there may be more of them than memory holds; those that fit in 256 MiB stay decoded.
 *
 * Files that are empty, damaged in their heads, too large (64 MiB, or 2²⁶ pixels) or no images are named
 * and skipped. The fingerprint goes by paths, sizes and the first 4 KiB of each file.
 *
 * @example
 * ```ts
 * import { Dataset, Split } from "holdfast"
 *
 * export const pets = Dataset.fromImages({
 *   root: "pets", // pets/cat/1.jpg, pets/dog/1.jpg
 *   height: 64,
 *   width: 64,
 *   augment: { flip: true, crop: 0.7, brightness: 0.2 },
 *   split: Split.hash.make()
 * })
 * ```
 */
export const fromImages = Effect.fn("fromImages")(function* (options: ImageOptions) {
  const { augment, channels = 3, fit = "crop", height, quantities = false, root, width } = options
  const { fingerprint: mode = "sampled" } = options
  const refuse = (path: string, detail: string) =>
    new DataError({ reason: "Mismatch", path, detail })
  for (const [name, value] of Object.entries({ height, width })) {
    if (!(Number.isInteger(value) && value > 0)) {
      return yield* refuse(name, t`is ${value}; give a whole number of pixels`)
    }
  }
  const { standardize } = options
  if (
    standardize !== undefined &&
    [standardize.mean, standardize.std].some(({ length }) => length !== channels)
  ) {
    return yield* refuse("standardize", t`needs ${channels} means and deviations, one a channel`)
  }
  const decoder = yield* decoderNamed(options.decoder ?? "auto")
  const input: ImageInput = {
    kind: "image",
    height,
    width,
    channels,
    fit,
    ...standardize,
    decoder
  }
  const workers = yield* DataWorkers.make<typeof work>({
    module: Thread.beside("./work", import.meta.url),
    ...(options.workers !== undefined && { workers: options.workers })
  })
  const listed = yield* options.list === undefined
    ? SourceFiles.inFolders(root, endings)
    : Scan.inList(options.list)
  const { skipped, ...usable } = yield* Scan.usable(workers, root, mode, listed)

  const held = new Map<string, Pixels>()
  let bytes = 0
  /** The rendered images, part by part, and what is wrong with each. */
  const rendered = (pictures: ReadonlyArray<{ readonly file: string; readonly plan?: Plan }>) => {
    const length = Math.min(
      mostPerCall,
      Math.ceil(pictures.length / (2 * Math.max(1, workers.threads)))
    )
    const parts = Array.from({ length: Math.ceil(pictures.length / length) }, (_, i) =>
      pictures.slice(i * length, (i + 1) * length)
    )
    const requests = parts.map((part) => ({
      input,
      keep: bytes < heldBytes,
      pictures: part.map(({ file, plan }) => {
        const pixels = held.get(file)
        return { path: join(root, file), ...(plan && { plan }), ...(pixels && { pixels }) }
      })
    }))
    return Effect.map(workers.all("renderAll", requests), (results) => {
      results.forEach(({ decoded }, at) =>
        decoded.forEach((pixels, i) => {
          const { file } = parts[at]![i]!
          if (pixels === null || held.has(file) || bytes + pixels.data.length > heldBytes) return
          held.set(file, pixels)
          bytes += pixels.data.length
        })
      )
      return results
    })
  }
  const { hashes, images } =
    options.verify === true
      ? yield* Scan.verified(usable, (some) =>
          Effect.map(rendered(some), (parts) => parts.flatMap(({ problems }) => problems))
        )
      : usable
  if (images.length === 0) {
    return yield* new DataError({
      reason: "Empty",
      path: root,
      detail:
        skipped.length === 0
          ? t`holds no images, PNG or JPEG, in folders by class`
          : t`holds no image that can be used: ${skipped[0]!}`
    })
  }

  const classes = quantities ? [] : [...new Set(images.map(({ label }) => label))].sort()
  const byName = new Map(classes.map((name, i) => [name, i]))
  const labels = quantities
    ? Float32Array.from(images, ({ label }) => Number(label))
    : Int32Array.from(images, ({ label }) => byName.get(label)!)
  const wrong = labels.findIndex((label) => !Number.isFinite(label))
  if (wrong !== -1) {
    return yield* refuse(images[wrong]!.file, t`its label is ${images[wrong]!.label}`)
  }
  const { group } = options
  const splits = yield* Split.indices(options.split ?? Split.random.make(), {
    size: images.length,
    keyOf: (i) => images[i]!.file,
    ...(!quantities && { classOf: (i: number) => labels[i]! }),
    ...(group && { groupOf: (i: number) => group(images[i]!.file) })
  })
  const examples = (split: SplitName): Examples => {
    const own = splits[split]
    return {
      size: own.length,
      ahead: workers.ahead,
      batch: (indices, rng) =>
        Effect.suspend(() => {
          const isAugmented = split === "train" && rng !== undefined && augment !== undefined
          // All random numbers are drawn here, in order, whatever image is there first.
          const pictures = Array.from(indices, (index) => ({
            file: images[own[index]!]!.file,
            ...(isAugmented && { plan: draw(augment, rng) })
          }))
          return Effect.flatMap(rendered(pictures), (parts) => {
            const problems = parts.flatMap(({ problems }) => problems)
            const broken = problems.findIndex((problem) => problem !== null)
            if (broken !== -1) {
              return new DataError({
                reason: "Unreadable",
                path: join(root, pictures[broken]!.file),
                detail: problems[broken]!
              })
            }
            return Effect.succeed<Batch>({
              size: indices.length,
              inputs: joined(parts.map(({ values }) => values)),
              labels:
                labels instanceof Int32Array
                  ? indices.map((i) => labels[own[i]!]!)
                  : Float32Array.from(indices, (i) => labels[own[i]!]!)
            })
          })
        }),
      ...(labels instanceof Int32Array && {
        labels: Effect.sync(() => own.map((i) => labels[i]!))
      }),
      describe: (index) => {
        const { file } = images[own[index]!]!
        return { name: file, path: resolve(root, file) }
      }
    }
  }
  const identity = hashing()
  identity.add({ input, classes, fingerprint: mode })
  for (let i = 0; i < images.length; i += hashedAtOnce) {
    identity.add(images.slice(i, i + hashedAtOnce).map(({ file }) => file))
  }
  for (const numbers of [hashes, labels, ...Split.names.map((name) => splits[name])]) {
    identity.add(numbers)
  }
  const dataset: Dataset = {
    name: options.name ?? basename(resolve(root)),
    fingerprint: identity.end(),
    inputShape: [height, width, channels],
    ...(standardize === undefined && {
      inputType: "uint8",
      normalization: options.normalization ?? { scale: 1 / 255, offset: 0 }
    }),
    labelShape: [],
    classes,
    preprocessing: { ...input },
    train: examples("train"),
    validation: examples("validation"),
    test: examples("test")
  }
  return dataset
})

/** The decoder of a name; "auto": sharp, if it is installed. */
const decoderNamed = (name: DecoderName | "auto"): Effect.Effect<DecoderName, DataError> =>
  Effect.catchAll(
    Effect.as(decoder(name === "auto" ? "sharp" : name), name === "auto" ? "sharp" : name),
    (error) => (name === "auto" ? Effect.succeed<DecoderName>("javascript") : error)
  )

/** A decoder that is installed. */
export const decoder = (name: DecoderName): Effect.Effect<Decode, DataError> =>
  Effect.tryPromise({
    try: () => decoderOf(name),
    catch: () =>
      new DataError({
        reason: "Unreadable",
        path: "decoder",
        detail: t`sharp is not installed; run npm install sharp, or choose "javascript"`
      })
  })

const joined = (parts: ReadonlyArray<Uint8Array | Float32Array>): Uint8Array | Float32Array => {
  const [first] = parts
  if (first === undefined || parts.length === 1) return first ?? new Uint8Array(0)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const all = first instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
