import * as Predicate from "effect/Predicate"
import { stableName } from "../backends/tfjs/layers/InnerLayers.js"
import * as tf from "../tf.js"
import type { Models } from "./RunFields.js"

/**
 * The architecture of a model as JSON: what `model.toJSON` of TensorFlow.js gives and Keras calls its
 * config, with names of layers that are the same in every process.
 */
export type ModelConfig = Readonly<Record<string, unknown>>

/** The configs of models by name, of those that have one: a custom layer may not say what it is made of. */
export const configsOf = (models: Models): Readonly<Record<string, ModelConfig>> =>
  Object.fromEntries(
    Object.entries(models).flatMap(([name, model]) => {
      const config = configOf(model)
      return config === null ? [] : [[name, config]]
    })
  )

/** The config of a model; null if it has a layer that cannot say what it is made of. */
export const configOf = (model: tf.LayersModel): ModelConfig | null => {
  try {
    // Through text, as only JSON is the same once it is read again.
    const json: unknown = JSON.parse(JSON.stringify(model.toJSON(null, false)))
    return Predicate.isReadonlyRecord(json) ? renamed(json, rootName(json)) : null
  } catch {
    return null
  }
}

/**
 * The model that such a config describes, with initial weights. Custom layers must be registered, by
 * `tf.serialization.registerClass`.
 */
export const modelOf = (config: ModelConfig): Promise<tf.LayersModel> =>
  tf.loadLayersModel({ load: async () => ({ modelTopology: config }) })

const rootName = ({ config }: ModelConfig): string =>
  nameOf(config).replace(/^(sequential_|model)\d+$/, "model")

const nameOf = (config: unknown): string =>
  Predicate.isReadonlyRecord(config) ? String(config["name"]) : ""

/**
 * A layer, or a model, under another name. `names` are those of the layers beside it, to which its
 * `inbound_nodes` point.
 */
const renamed = (
  layer: ModelConfig,
  name: string,
  names: ReadonlyMap<string, string> = new Map()
): ModelConfig => {
  const config = layer["config"]
  const inner = Predicate.isReadonlyRecord(config) ? config : {}
  return {
    ...layer,
    ...("name" in layer && { name }),
    ...("inbound_nodes" in layer && { inbound_nodes: pointed(layer["inbound_nodes"], names) }),
    config: {
      ...(Array.isArray(inner["layers"]) ? containerConfig(inner) : partsConfig(inner)),
      name
    }
  }
}

/** The config of a model, its layers numbered again as the names of weights number them. */
const containerConfig = (config: ModelConfig): ModelConfig => {
  const layers = config["layers"] as ReadonlyArray<ModelConfig>
  const counts = new Map<string, number>()
  const names = new Map(
    layers.map(({ class_name, config }) => {
      const name = nameOf(config)
      return [name, layerName(name, String(class_name), counts)] as const
    })
  )
  if (new Set(names.values()).size < layers.length) {
    throw new Error("two layers of one name, one of which the user has given")
  }
  return {
    ...config,
    layers: layers.map((layer) => renamed(layer, names.get(nameOf(layer["config"]))!, names)),
    ...("input_layers" in config && { input_layers: pointed(config["input_layers"], names) }),
    ...("output_layers" in config && { output_layers: pointed(config["output_layers"], names) })
  }
}

/** As in the names of weights; input layers, which have no weights, are numbered too. */
const layerName = (name: string, className: string, counts: Map<string, number>): string =>
  className === "InputLayer" && /^input\d+$/.test(name)
    ? stableName("input_InputLayer1", className, counts)
    : stableName(name, className, counts)

/** The config of a layer, its cells and wrapped layers without numbers, which no weight's name has. */
const partsConfig = (config: ModelConfig): ModelConfig =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      Array.isArray(value) && value.every(isLayer)
        ? value.map((one) => withoutNumber(one))
        : isLayer(value)
          ? withoutNumber(value)
          : value
    ])
  )

const isLayer = (value: unknown): value is ModelConfig =>
  Predicate.isReadonlyRecord(value) &&
  Predicate.isReadonlyRecord(value["config"]) &&
  Predicate.isString(value["config"]["name"])

const withoutNumber = (layer: ModelConfig): ModelConfig => {
  const automatic = new RegExp(`^(.+)_${String(layer["class_name"])}\\d+$`)
  const name = nameOf(layer["config"])
  return renamed(layer, automatic.exec(name)?.[1] ?? name)
}

/** `[[name, node, tensor], …]`, however deep, with the new names. */
const pointed = (value: unknown, names: ReadonlyMap<string, string>): unknown =>
  !Array.isArray(value)
    ? value
    : Predicate.isString(value[0]) && names.has(value[0])
      ? [names.get(value[0]), ...value.slice(1)]
      : value.map((one) => pointed(one, names))
