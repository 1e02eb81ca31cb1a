import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { FormatError } from "../io/FormatError.js"
import * as Printable from "../io/Printable.js"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import type { Weight } from "../training/Weights.js"
import { freeze as freezeIn } from "../training/ModelParts.js"
import { ofModel, tensorOf } from "../training/Weights.js"
import { layoutsOf, type LayerLayout } from "./Layout.js"
import * as LoadReport from "./LoadReport.js"
import type { MatchedWeight } from "./match/Filled.js"
import type { NameMap } from "./match/NameMap.js"
import { match, type Match } from "./Match.js"
import { within, type ModelFile } from "./ModelFile.js"
import type { ModelFileError } from "./ModelFileError.js"
import { notesOn } from "./Notes.js"
import { inverse, rearrange, type NdArray } from "./Rearrangement.js"

/** How to load weights. */
export interface LoadOptions {
  /** Which modules of the file are which layers, where names and order do not say. */
  readonly map?: NameMap | undefined
  /** Whether weights may be missing, of other shapes or left over; else that fails. */
  readonly partial?: boolean | undefined
  /** The weights that stay as they are: true for all that are loaded, or those whose names it accepts. */
  readonly freeze?: boolean | ((weight: string) => boolean) | undefined
}

/** Weights that could not be loaded as asked. */
export class LoadError extends Schema.TaggedError<LoadError>()("LoadError", {
  reason: Schema.Union(
    /** The map has a name that file or model lack. */
    Schema.TaggedStruct("Map", { detail: Schema.String }),
    /** Not all of it fits, and `partial` was not asked for. */
    Schema.TaggedStruct("Incomplete", { report: LoadReport.LoadReport }),
    /** Nothing of it fits. */
    Schema.TaggedStruct("Nothing", { report: LoadReport.LoadReport }),
    /** There is no state of an optimizer that can be taken over. */
    Schema.TaggedStruct("Optimizer", { detail: Schema.String })
  ),
  path: Schema.String
}) {
  override get message(): string {
    const { reason } = this
    const path = Printable.value(this.path)
    switch (reason._tag) {
      case "Map":
        return t`${path} cannot be mapped: ${reason.detail}`
      case "Incomplete":
        return t`${path} does not fit the model:\n\n${LoadReport.problems(reason.report)}\n\nMap the names that differ (--map FILE=MODEL, or map in the config), or load what fits (--partial, or partial): the other weights keep their initial values.`
      case "Optimizer":
        return t`${path} gives the optimizer no state: ${reason.detail}. Leave out --optimizer (optimizer in the config): it then starts without one.`
      case "Nothing":
        return t`${path} has no weight of the model:\n\n${LoadReport.problems(reason.report)}\n\nBuild the layers of the file, or map the names that differ (--map FILE=MODEL, or map in the config).`
    }
  }
}

/**
 * Loads the weights of a file of another program into a model, in our layout: kernels of PyTorch are
 * transposed, gates reordered, biases added. See `docs/import.md` for what is supported.
 *
 * Returns what was loaded, missing, unexpected or of another shape. Fails with a `LoadError` if that is not
 * everything, unless `partial`; the model then keeps its weights.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Models, type ModelInput } from "holdfast"
 * import * as tf from "holdfast/tf"
 *
 * // A new last layer on frozen layers of a model of PyTorch.
 * export const fineTuned = ({ classes, inputShape }: ModelInput<unknown>) =>
 *   Effect.gen(function* () {
 *     const layers = [
 *       tf.layers.dense({ name: "base", units: 64, inputShape: [...inputShape] }),
 *       tf.layers.dense({ name: "head", units: classes.length })
 *     ]
 *     const model = tf.sequential({ layers })
 *     const file = yield* Models.open("pretrained.pth")
 *     yield* Models.load(model, file, { map: { "features.0": "base" }, partial: true, freeze: true })
 *     return model
 *   })
 * ```
 */
export const load = Effect.fn("Models.load")(function* (
  model: tf.LayersModel,
  file: ModelFile,
  options: LoadOptions = {}
) {
  const { report } = yield* loadInto(layoutsOf(model), ofModel(model), file, options)
  const { freeze = false } = options
  const loaded = new Set(report.loaded.map(({ weight }) => weight))
  if (freeze !== false) {
    freezeIn({ model }, (name) => loaded.has(name) && (freeze === true || freeze(name)))
  }
  return report
})

/** What would be loaded, without loading it: as the report of `load`, whatever is missing. */
export const compare = (
  model: tf.LayersModel,
  file: ModelFile,
  { map }: Pick<LoadOptions, "map"> = {}
): Effect.Effect<LoadReport.LoadReport, LoadError> =>
  Effect.map(matched(layoutsOf(model), file, map), (found) => reportOf(file, found))

const matched = (
  layouts: ReadonlyArray<LayerLayout>,
  file: ModelFile,
  map?: NameMap
): Either.Either<Match, LoadError> =>
  Either.mapLeft(
    match(layouts, file, map),
    (detail) => new LoadError({ path: file.path, reason: { _tag: "Map", detail } })
  )

const reportOf = (
  { format, layers, path, sha256 }: ModelFile,
  found: Match
): LoadReport.LoadReport => ({
  path,
  format,
  sha256,
  loaded: found.matched.map(({ by, from, weight }) => ({
    weight,
    from: from.map(({ name }) => name),
    by
  })),
  missing: found.missing,
  ambiguous: found.ambiguous,
  mismatched: found.mismatched,
  unexpected: found.unexpected,
  ignored: found.ignored,
  notes: notesOn(found, layers ?? [])
})

/** Loads weights into the layers with these layouts. */
export const loadInto = Effect.fnUntraced(function* (
  layouts: ReadonlyArray<LayerLayout>,
  weights: ReadonlyArray<Weight>,
  file: ModelFile,
  { map, partial = false }: LoadOptions
) {
  const found = yield* matched(layouts, file, map)
  const report = reportOf(file, found)
  if (report.loaded.length === 0) {
    return yield* new LoadError({ path: file.path, reason: { _tag: "Nothing", report } })
  }
  if (!partial && !LoadReport.isComplete(report)) {
    return yield* new LoadError({ path: file.path, reason: { _tag: "Incomplete", report } })
  }
  const byName = new Map(weights.map((weight) => [weight.name, weight]))
  // All are read before the first is assigned: a damaged one leaves the model as it was.
  const arrays: Array<readonly [Weight, NdArray]> = []
  for (const one of found.matched) {
    const weight = byName.get(one.weight)!
    const shape = tensorOf(weight).shape
    arrays.push([weight, yield* Either.mapLeft(arrayOf(one, shape), inFile(file))])
  }
  for (const [weight, { shape, values }] of arrays) {
    tf.tidy(() => tensorOf(weight).assign(tf.tensor(values, [...shape]) as never))
  }
  return { report, match: found }
})

const inFile =
  ({ path }: ModelFile) =>
  (error: FormatError): ModelFileError =>
    within(path, error)

/** A weight in our layout, from the tensors that hold it. */
export const arrayOf = (
  { from, layout }: Pick<MatchedWeight, "from" | "layout">,
  shape: ReadonlyArray<number>
): Either.Either<NdArray, FormatError> =>
  Either.map(Either.all(from.map((one) => one.read())), (parts) => {
    if (layout === null) return { shape, values: parts[0]! }
    const isStacked = layout.join === "stack" && from.length === 2
    const own = isStacked ? shape.slice(1) : shape
    const back = inverse(layout.steps, own)
    const arrays = parts.map(
      (values, i) => rearrange(back, { shape: from[i]!.shape, values }).values
    )
    const [first, second] = arrays as [Float32Array, Float32Array?]
    if (second === undefined) return { shape, values: first }
    return {
      shape,
      values: isStacked
        ? Float32Array.of(...first, ...second)
        : first.map((value, i) => value + second[i]!)
    }
  })
