import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { InitializedFrom } from "../checkpointing/Checkpoint.js"
import { matches } from "../config/Glob.js"
import type { InitFrom } from "../config/TrainingConfig.js"
import type { Event } from "../events/Event.js"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import { freeze, partsOf } from "../training/ModelParts.js"
import type { Optimizer } from "../training/Optimizer.js"
import type { Models } from "../training/RunFields.js"
import { tensorOf } from "../training/Weights.js"
import { layoutsOf } from "./Layout.js"
import { arrayOf, LoadError, loadInto } from "./Load.js"
import type { LoadReport } from "./LoadReport.js"
import type { Match } from "./Match.js"
import { open, within, type ModelFile } from "./ModelFile.js"

/** A file that `training.init_from` names, read. */
export interface Initializer {
  readonly file: ModelFile
  readonly options: InitFrom
}

/** What was loaded into the models of a new run. */
export interface Initialized extends Initializer {
  readonly from: InitializedFrom
  readonly match: Match
  readonly report: LoadReport
}

/** Reads the file that the config names; null: it names none. */
export const read = (options: InitFrom | null | undefined) =>
  options == null
    ? Effect.succeed(null)
    : Effect.map(
        open(options.path, options.key === null ? {} : { key: options.key }),
        (file): Initializer => ({ file, options })
      )

/** Loads the weights into the models of a new run, and freezes those that the config says. */
export const initialize = Effect.fn("InitFrom.initialize")(function* (
  models: Models,
  { file, options }: Initializer
) {
  const { map, partial } = options
  const all = Object.entries(models)
  const layouts = all.flatMap(([name, model]) => layoutsOf(model, all.length > 1 ? `${name}.` : ""))
  const { match, report } = yield* loadInto(layouts, partsOf({ models }).weights, file, {
    map,
    partial
  })
  const isFrozen = (name: string) =>
    typeof options.freeze === "boolean"
      ? options.freeze
      : options.freeze.some((pattern) => matches(pattern, name))
  const frozen = report.loaded.map(({ weight }) => weight).filter(isFrozen)
  freezeNamed(models, frozen)
  const { format, path, sha256 } = file
  const from: InitializedFrom = { path, format, sha256, loaded: report.loaded.length, frozen }
  const initialized: Initialized = { file, options, from, match, report }
  return initialized
})

/** What observers hear of it. */
export const event = ({ file: { info }, from: { frozen }, report }: Initialized): Event => ({
  _tag: "WeightsLoaded",
  report,
  info,
  frozen
})

/** Has the weights of these names stay as they are, as they did when the run began. */
export const freezeNamed = (models: Models, names: ReadonlyArray<string>): void => {
  if (names.length === 0) return
  const frozen = new Set(names)
  freeze(models, (name) => frozen.has(name))
}

/**
 * Gives an optimizer, where the config says so, the state in a checkpoint of PyTorch: its slots, in our layout, and its step. Of a
 * weight that PyTorch has in two parameters, such as a bias, the slots are those of the first.
 */
export const loadOptimizer = Effect.fn("InitFrom.loadOptimizer")(function* (
  optimizer: Optimizer,
  models: Models,
  { file, match: { matched }, options }: Initialized
) {
  if (!options.optimizer) return
  const fail = (detail: string) =>
    new LoadError({ path: file.path, reason: { _tag: "Optimizer", detail } })
  const { optimizer: saved } = file
  if (saved === null) return yield* fail(t`it holds none`)
  if (typeof saved === "string") return yield* fail(saved)
  const weights = new Map(partsOf({ models }).weights.map((weight) => [weight.name, weight]))
  const sources = new Map(matched.map((one) => [one.weight, one]))
  const tensors: Record<string, tf.Tensor> = {}
  const dispose = Effect.sync(() => tf.dispose(tensors))
  yield* Effect.gen(function* () {
    for (const key of Object.keys(optimizer.stateDict().tensors)) {
      const [, slot = "", name = ""] = /^([^.]+)\.(.+)$/.exec(key) ?? []
      const source = sources.get(name)
      if (source === undefined) continue
      const found = source.from.map((one) => saved.slots.get(one.name)?.get(slot))
      const parts = found.filter((one) => one !== undefined)
      if (parts.length < found.length) {
        return yield* fail(
          t`it has no ${slot} of ${source.from[0]!.name}, which ${optimizer.name} keeps`
        )
      }
      const { layout } = source
      const from = layout?.join === "sum" ? parts.slice(0, 1) : parts
      const array = yield* Either.mapLeft(
        arrayOf({ from, layout }, tensorOf(weights.get(name)!).shape),
        (error) => within(file.path, error)
      )
      tensors[key] = tf.tensor(array.values, [...array.shape])
    }
    if (Object.keys(tensors).length === 0) return yield* fail(t`${optimizer.name} keeps none`)
    const values = { name: optimizer.name, step: saved.step }
    yield* optimizer.loadStateDict({ tensors, values })
  }).pipe(Effect.ensuring(dispose))
})
