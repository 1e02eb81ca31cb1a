import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as AtomicFile from "../io/AtomicFile.js"
import { concat } from "../io/concat.js"
import { t } from "../language/Text.js"
import type { TrainedModel } from "../training/TrainedModel.js"
import type { AnyObjective } from "../training/Objective.js"
import { attempt, ExportError } from "./ExportError.js"
import * as Inference from "./Inference.js"
import * as ModelWeights from "./ModelWeights.js"
import type { Layout } from "./Safetensors.js"

/** What a model can be exported as. */
export const formats = ["tfjs", "onnx", "keras", "safetensors"] as const
export type Format = (typeof formats)[number]

/** What is exported, and where to. */
export interface Options {
  /** The file, or the folder of tfjs. */
  readonly path: string
  /** By default what the end of the path says: a folder is tfjs. */
  readonly format?: Format | undefined
  /** Stores the larger weights as 8-bit integers with scales; tfjs and onnx. */
  readonly int8?: boolean
  /** Whose names and shapes the weights have in safetensors; by default those of Keras, which are ours. */
  readonly layout?: Layout | undefined
}

/** A file of an export, its parts one after another. */
export interface ExportedFile {
  readonly path: string
  readonly parts: ReadonlyArray<Uint8Array>
}

/** The format that the end of a path says. */
export const formatOf = (path: string): Format | null =>
  path.endsWith(".onnx")
    ? "onnx"
    : path.endsWith(".safetensors")
      ? "safetensors"
      : /\.keras$|\.weights\.h5$/.test(path)
        ? "keras"
        : /(^|[/\\])[^/\\.]*[/\\]?$|[/\\]$/.test(path)
          ? "tfjs"
          : null

/** The ends that a file of each format may have; tfjs is a folder. */
const endings: Readonly<Record<Format, RegExp>> = {
  tfjs: /(?<!\.onnx|\.safetensors|\.keras|\.h5|\.json)$/,
  onnx: /\.onnx$/,
  keras: /\.keras$|\.weights\.h5$/,
  safetensors: /\.safetensors$/
}

const endingText: Readonly<Record<Format, string>> = {
  tfjs: t`a folder`,
  onnx: ".onnx",
  keras: ".keras, .weights.h5",
  safetensors: ".safetensors"
}

/**
 * The files of an export of a trained model: the model, and the JSON that says how to use it, see
 * `Inference`. Nothing is written yet.
 *
 * Fails with `ExportError` if the format lacks a layer of the model, which the error names.
 */
export const files = <C, O extends AnyObjective>(
  trained: Pick<TrainedModel<C, O>, "meta" | "model">,
  { format: given, int8 = false, layout, path }: Options
) =>
  Effect.gen(function* () {
    const paths = yield* Path.Path
    const format = given ?? formatOf(path)
    if (format === null) {
      return yield* target(path, t`its end says no format; give one of ${formats.join(", ")}`)
    }
    if (!endings[format].test(path)) {
      return yield* target(path, t`${format} is ${endingText[format]}; name it so`)
    }
    if (int8 && format !== "onnx" && format !== "tfjs") {
      return yield* target(path, t`int8 is for tfjs and onnx: ${format} has no scales`)
    }
    if (layout !== undefined && format !== "safetensors") {
      return yield* target(path, t`a layout is for safetensors: ${format} has its own`)
    }
    const { meta, model } = trained
    const weights = yield* ModelWeights.read(model)
    const inference = Inference.describe(model, meta)
    const text = JSON.stringify(inference, null, 2)
    const metadata = { holdfast_inference: JSON.stringify(inference) }
    const json = (at: string, value: string): ExportedFile => ({
      path: at,
      parts: [new TextEncoder().encode(`${value}\n`)]
    })
    const beside = json(`${path}.json`, text)
    switch (format) {
      case "tfjs": {
        const { toTfjs } = yield* Effect.promise(() => import("./Tfjs.js"))
        const { json: modelJson, shards } = yield* toTfjs(model, weights, {
          int8,
          metadata: { ...inference }
        })
        return [
          ...[...shards].map(([name, bytes]) => ({ path: paths.join(path, name), parts: [bytes] })),
          json(paths.join(path, Inference.fileName), text),
          // Last: with it the folder is a model.
          json(paths.join(path, "model.json"), JSON.stringify(modelJson))
        ]
      }
      case "onnx": {
        const Onnx = yield* Effect.promise(() => import("./onnx/Onnx.js"))
        const parts = yield* attempt(() => Onnx.encoded(model, weights, { int8, metadata }))
        return [beside, { path, parts }]
      }
      case "keras": {
        const Keras = yield* Effect.promise(() => import("./keras/Keras.js"))
        const bytes = yield* path.endsWith(".keras")
          ? Keras.model(model, weights, meta.saved_at)
          : Keras.weights(model, weights)
        return [beside, { path, parts: [bytes] }]
      }
      case "safetensors": {
        const { toSafetensors } = yield* Effect.promise(() => import("./Safetensors.js"))
        const parts = yield* attempt(() =>
          toSafetensors(
            model,
            weights,
            { format: layout === "pytorch" ? "pt" : "keras", ...metadata },
            layout ?? "keras"
          )
        )
        return [beside, { path, parts }]
      }
    }
  })

const target = (subject: string, detail: string) =>
  new ExportError({ reason: "Target", subject, detail })

/** Writes files, each of them at once, and makes their folders. Gives their paths. */
export const write = (
  all: ReadonlyArray<ExportedFile>
): Effect.Effect<ReadonlyArray<string>, PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const paths = yield* Path.Path
    for (const { parts, path } of all) {
      yield* fileSystem.makeDirectory(paths.dirname(path), { recursive: true })
      yield* AtomicFile.writeDurably(path, (file) =>
        Effect.forEach(inPieces(parts), (piece) => file.write(piece), { discard: true })
      )
    }
    return all.map(({ path }) => path)
  })

/** So many bytes are written at a time, or more where a part is larger. */
const pieceBytes = 1 << 20

/** The same bytes in fewer parts, none of them empty. */
const inPieces = (parts: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  let small: Array<Uint8Array> = []
  let waiting = 0
  const flush = () => {
    if (waiting > 0) pieces.push(concat(small))
    small = []
    waiting = 0
  }
  for (const part of parts) {
    if (part.length >= pieceBytes) {
      flush()
      pieces.push(part)
      continue
    }
    small.push(part)
    waiting += part.length
    if (waiting >= pieceBytes) flush()
  }
  flush()
  return pieces
}
