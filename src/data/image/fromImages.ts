import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { basename, join, resolve } from "node:path"
import { yieldToEventLoop } from "../../io/EventLoop.js"
import { t } from "../../language/Text.js"
import type { Batch } from "../Batch.js"
import { DataError } from "../DataError.js"
import type { Dataset, Examples, SplitName } from "../Dataset.js"
import { fingerprint } from "../fingerprint.js"
import type { Normalization } from "../Layout.js"
import * as Split from "../Split.js"
import * as decoders from "./decode.js"
import * as ImageInput from "./ImageInput.js"
import type { Pixels } from "./Pixels.js"
import * as Scan from "./scan.js"

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
  readonly augment?: ImageInput.Augmentation
  readonly split?: Split.SplitOption
  /** What must stay in one split, by the path of an image. */
  readonly group?: (path: string) => string
  /** "auto", the default, is sharp where that is installed. */
  readonly decoder?: decoders.DecoderName | "auto"
  /** Decodes every image at the start, and skips what cannot be; else such a file ends the run that meets it. */
  readonly verify?: boolean
}

/** Decoded images that are held, so that small data are decoded once. */
const heldBytes = 1 << 28
/** So many images are read and decoded at a time. */
const atOnce = 8

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
  const decoder = yield* decoderOf(options.decoder ?? "auto")
  const listed = yield* options.list === undefined
    ? Scan.inFolders(root)
    : Scan.inList(options.list)
  const { all, skipped } = yield* Scan.usable(root, listed)
  const fileSystem = yield* FileSystem.FileSystem

  const held = new Map<string, Pixels>()
  let bytes = 0
  const pixelsOf = (file: string) =>
    Effect.gen(function* () {
      const known = held.get(file)
      if (known !== undefined) return known
      const path = join(root, file)
      const content = yield* Effect.mapError(
        fileSystem.readFile(path),
        (error) => t`cannot be read: ${error.message}`
      )
      const pixels = yield* decoder.decode(content)
      // Decoding takes long, and all of it on this thread.
      yield* yieldToEventLoop
      if (bytes + pixels.data.length <= heldBytes) {
        held.set(file, pixels)
        bytes += pixels.data.length
      }
      return pixels
    }).pipe(
      Effect.mapError(
        (detail) => new DataError({ reason: "Unreadable", path: join(root, file), detail })
      )
    )
  const images =
    options.verify === true ? yield* Scan.verified(all, ({ file }) => pixelsOf(file)) : all
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
  const input: ImageInput.ImageInput = {
    kind: "image",
    height,
    width,
    channels,
    fit,
    ...standardize,
    decoder: decoder.name
  }

  const examples = (split: SplitName): Examples => {
    const own = splits[split]
    return {
      size: own.length,
      batch: (indices, rng) =>
        Effect.suspend(() => {
          const isAugmented = split === "train" && rng !== undefined && augment !== undefined
          // All random numbers are drawn here, in order, whatever image is there first.
          const chosen = Array.from(indices, (index) => ({
            image: images[own[index]!]!,
            plan: isAugmented ? ImageInput.draw(augment, rng) : undefined
          }))
          return Effect.map(
            Effect.forEach(
              chosen,
              ({ image, plan }) =>
                Effect.map(pixelsOf(image.file), (pixels) =>
                  ImageInput.render(pixels, input, plan)
                ),
              { concurrency: atOnce }
            ),
            (rendered): Batch => ({
              size: indices.length,
              inputs: ImageInput.batchOf(rendered, input),
              labels:
                labels instanceof Int32Array
                  ? indices.map((i) => labels[own[i]!]!)
                  : Float32Array.from(indices, (i) => labels[own[i]!]!)
            })
          )
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
  const dataset: Dataset = {
    name: options.name ?? basename(resolve(root)),
    fingerprint: fingerprint(
      { input, classes, files: images.map(({ file, hash }) => [file, hash]) },
      labels,
      ...Split.names.map((name) => splits[name])
    ),
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
export const decoderOf = (name: decoders.DecoderName | "auto") =>
  name === "javascript"
    ? decoders.javascript
    : Effect.catchAll(decoders.sharp, (detail) =>
        name === "auto"
          ? decoders.javascript
          : new DataError({ reason: "Unreadable", path: "decoder", detail })
      )
