import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { refuse } from "../../io/FormatError.js"
import * as JsonText from "../../io/JsonText.js"
import { t } from "../../language/Text.js"
import type { FileContents } from "../FileContents.js"
import { lengthOf, sizeOf, tensor, type SourceTensor, type SourceType } from "../SourceTensor.js"
import { layersOf, place } from "./Keras.js"

/** A weight as the manifest of a `model.json` lists it. */
interface Weight {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly type: SourceType
  readonly quantization?: {
    readonly type: SourceType
    readonly scale: number
    readonly min: number
  }
}

/** The weights that follow one another in some files. */
interface Group {
  readonly paths: ReadonlyArray<string>
  readonly weights: ReadonlyArray<Weight>
}

/** What a `model.json` of TensorFlow.js says: its layers, and which files hold its weights. */
export interface Manifest {
  readonly groups: ReadonlyArray<Group>
  readonly topology: unknown
}

const types: Readonly<Record<string, SourceType>> = {
  float32: "F32",
  float16: "F16",
  int32: "I32",
  bool: "BOOL",
  uint8: "U8",
  uint16: "U16"
}

/** Reads a `model.json`. Its files must lie beside it or below. */
export const manifest = (bytes: Uint8Array): Manifest => {
  const where = "model.json"
  const parsed = Either.getOrElse(JsonText.parse(new TextDecoder().decode(bytes)), (problem) =>
    refuse("Damaged", where, problem)
  )
  if (!Predicate.isRecord(parsed) || !Array.isArray(parsed["weightsManifest"])) {
    return refuse("Unsupported", "weightsManifest", t`is missing: no model of TensorFlow.js`)
  }
  if (parsed["format"] === "graph-model") {
    return refuse(
      "Unsupported",
      "format",
      t`is a graph model, whose layers are gone; convert the original with --output_format tfjs_layers_model`
    )
  }
  return {
    topology: parsed["modelTopology"],
    groups: (parsed["weightsManifest"] as Array<unknown>).map((group, i) => {
      const { paths, weights } = Predicate.isRecord(group) ? group : {}
      if (!Array.isArray(paths) || !Array.isArray(weights)) {
        return refuse("Damaged", `weightsManifest.${i}`, t`has no paths and weights`)
      }
      return {
        paths: (paths as Array<unknown>).map(checkedPath),
        weights: (weights as Array<unknown>).map(weightOf)
      }
    })
  }
}

const checkedPath = (path: unknown): string => {
  if (typeof path !== "string" || path === "")
    return refuse("Damaged", "paths", t`has no name of a file`)
  const isOutside =
    path.split(/[/\\]/).includes("..") || /^([/\\]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(path)
  return isOutside || path.includes("\0")
    ? refuse("Forbidden", path, t`leads out of the folder of model.json`)
    : path
}

const weightOf = (weight: unknown): Weight => {
  const { dtype, name, quantization, shape } = Predicate.isRecord(weight) ? weight : {}
  const where = typeof name === "string" ? name : "weights"
  const isShape =
    Array.isArray(shape) &&
    shape.length <= 32 &&
    (shape as Array<unknown>).every((one) => Number.isSafeInteger(one) && (one as number) >= 0)
  const type = typeof dtype === "string" ? types[dtype] : undefined
  if (typeof name !== "string" || !isShape || type === undefined) {
    return refuse("Damaged", where, t`has no name, shape and dtype that are known`)
  }
  if (quantization === undefined) return { name, shape: shape as Array<number>, type }
  const { dtype: packed, min = 0, scale = 1 } = Predicate.isRecord(quantization) ? quantization : {}
  const packedType = typeof packed === "string" ? types[packed] : undefined
  return packedType === undefined || typeof scale !== "number" || typeof min !== "number"
    ? refuse("Damaged", where, t`has a quantization that is not known`)
    : { name, shape: shape as Array<number>, type, quantization: { type: packedType, scale, min } }
}

/** The weights, from the bytes of each group of files. */
export const read = (
  { groups, topology }: Manifest,
  files: ReadonlyArray<Uint8Array>
): FileContents => {
  const model = Predicate.isRecord(topology) ? (topology["model_config"] ?? topology) : {}
  const layers = layersOf(model)
  const tensors = groups.flatMap(({ paths, weights }, group) => {
    const file = files[group]!
    let end = 0
    const found = weights.map((weight): SourceTensor => {
      const begin = end
      end += lengthOf(weight.shape) * sizeOf(weight.quantization?.type ?? weight.type)
      return end > file.length
        ? refuse(
            "Truncated",
            weight.name,
            t`ends at byte ${end} of ${paths.join(", ")}, which has ${file.length}`
          )
        : weightIn(file.subarray(begin, end), weight)
    })
    return end < file.length
      ? refuse(
          "Damaged",
          paths.join(", "),
          t`has ${file.length} bytes, and the weights take ${end}`
        )
      : found
  })
  const rename = numbered([
    ...layers.map(({ path }) => path),
    ...tensors.map(({ module }) => module)
  ])
  return {
    isOrdered: true,
    hasOurNames: tensors.some(({ module }) => rename(module) !== module),
    tensors: tensors.map((one) => ({ ...one, module: rename(one.module) })),
    info: {},
    optimizer: null,
    ...(layers.length > 0 && { layers: layers.map((one) => ({ ...one, path: rename(one.path) })) })
  }
}

const weightIn = (bytes: Uint8Array, { name, quantization, shape, type }: Weight): SourceTensor => {
  const path = name.split("/")
  const where = { name, shape, ...place(path.length > 1 ? path[0]! : "", path) }
  const stored = tensor(where, quantization?.type ?? type, () => bytes)
  if (quantization === undefined || quantization.type === "F16") return stored
  const { min, scale } = quantization
  return {
    ...stored,
    read: () => Either.map(stored.read(), (values) => values.map((value) => value * scale + min))
  }
}

/**
 * Names that TensorFlow.js has given, numbered within the model instead of the process that made it, as
 * our checkpoints number them: `dense_Dense7` becomes `dense_1`.
 */
const numbered = (names: ReadonlyArray<string>): ((name: string) => string) => {
  const counts = new Map<string, number>()
  const renamed = new Map<string, string>()
  for (const name of names) {
    const [, prefix] = /^(.+)_[A-Z][A-Za-z0-9]*?\d+$/.exec(name) ?? []
    if (prefix === undefined || renamed.has(name)) continue
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
    renamed.set(name, `${prefix}_${counts.get(prefix)}`)
  }
  return (name) => renamed.get(name) ?? name
}
