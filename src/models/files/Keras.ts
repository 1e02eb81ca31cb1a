import * as Predicate from "effect/Predicate"
import { refuse } from "../../io/FormatError.js"
import type { Hdf5Dataset } from "../../io/hdf5/Dataset.js"
import * as Hdf5 from "../../io/Hdf5.js"
import * as JsonText from "../../io/JsonText.js"
import * as Either from "effect/Either"
import * as Zip from "../../io/Zip.js"
import { t } from "../../language/Text.js"
import type { FileContents, SourceLayer } from "../FileContents.js"
import { tensor, type SourceTensor } from "../SourceTensor.js"

/** Reads a `.keras` archive: a config, and weights by the classes of layers. */
export const readArchive = (file: Uint8Array): FileContents => {
  const entries = Zip.entries(file)
  const weights = entries.get("model.weights.h5")
  if (weights === undefined) {
    return refuse(
      "Unsupported",
      "model.weights.h5",
      t`is missing: no model of Keras 3; save one: model.save("model.keras")`
    )
  }
  const config = entries.get("config.json")
  const layers = config === undefined ? [] : layersOf(json(config.read(), config.name))
  return contentsOf(Hdf5.read(weights.read()), layers)
}

/** Reads an `.h5` file of Keras: a model or weights, of Keras 2 or 3. */
export const readHdf5 = (file: Uint8Array): FileContents => {
  const root = Hdf5.read(file)
  const config = root.attributes.get("model_config")
  const layers = typeof config === "string" ? layersOf(parsed(config, "model_config")) : []
  return contentsOf(root, layers)
}

const contentsOf = (root: Hdf5.Hdf5Group, layers: ReadonlyArray<SourceLayer>): FileContents => {
  const group = root.groups.get("model_weights") ?? root
  const names = textsOf(group, "layer_names")
  const tensors = names === null ? byClass(group, layers) : byLayer(group, names)
  if (tensors.length === 0) {
    return refuse("Unsupported", t`the file`, t`holds no weights of Keras`)
  }
  return {
    isOrdered: names !== null || layers.length > 0,
    hasOurNames: false,
    tensors,
    info: {},
    optimizer: null,
    ...(layers.length > 0 && { layers })
  }
}

const json = (bytes: Uint8Array, where: string): unknown =>
  parsed(new TextDecoder().decode(bytes), where)

const parsed = (text: string, where: string): unknown =>
  Either.getOrElse(JsonText.parse(text), (problem) => refuse("Damaged", where, problem))

/** The layers of a model's config in their order, those of models inside it under `model.layer`. */
export const layersOf = (config: unknown, prefix = "", depth = 0): ReadonlyArray<SourceLayer> => {
  const inner = Predicate.isRecord(config) ? config["config"] : undefined
  const layers = Predicate.isRecord(inner)
    ? inner["layers"]
    : Array.isArray(inner)
      ? inner
      : undefined
  if (!Array.isArray(layers) || depth > 16) return []
  return (layers as Array<unknown>).flatMap((layer): ReadonlyArray<SourceLayer> => {
    if (!Predicate.isRecord(layer)) return []
    const own = Predicate.isRecord(layer["config"]) ? layer["config"] : {}
    const path = `${prefix}${String(own["name"])}`
    const within = layersOf(layer, `${path}.`, depth + 1)
    return [{ path, className: String(layer["class_name"]), config: own }, ...within]
  })
}

/** An attribute that lists names: Keras divides long lists into `layer_names0`, `layer_names1`, …. */
const textsOf = (group: Hdf5.Hdf5Group, name: string): ReadonlyArray<string> | null => {
  const single = group.attributes.get(name)
  if (single !== undefined) return typeof single === "string" ? [single] : single
  const parts: Array<string> = []
  for (let i = 0; group.attributes.has(`${name}${i}`); i++) {
    const part = group.attributes.get(`${name}${i}`)!
    parts.push(...(typeof part === "string" ? [part] : part))
  }
  return parts.length > 0 ? parts : null
}

/** Weights in the layout of `model.save("model.h5")`: `conv/sequential/conv/kernel`. */
const byLayer = (
  group: Hdf5.Hdf5Group,
  names: ReadonlyArray<string>
): ReadonlyArray<SourceTensor> =>
  names.flatMap((layer) => {
    const own = group.groups.get(layer)
    if (own === undefined) return refuse("Damaged", layer, t`is listed, but missing`)
    return (textsOf(own, "weight_names") ?? []).map((path) => {
      const dataset = at(own, path.split("/"))
      if (dataset === undefined)
        return refuse("Damaged", `${layer}/${path}`, t`is listed, but missing`)
      return sourceOf(path, layer, path.split("/"), dataset)
    })
  })

const at = (group: Hdf5.Hdf5Group, path: ReadonlyArray<string>): Hdf5Dataset | undefined => {
  const [name = "", ...rest] = path
  if (rest.length === 0) return group.datasets.get(name)
  const inner = group.groups.get(name)
  return inner === undefined ? undefined : at(inner, rest)
}

/** A weight by its path within a layer: the direction and the last name say what it is. */
export const sourceOf = (
  name: string,
  layer: string,
  path: ReadonlyArray<string>,
  { bytes, shape, type }: Hdf5Dataset
): SourceTensor => tensor({ name, shape, ...place(layer, path) }, type, () => bytes)

/** The layer and the parameter that a path of Keras means. */
export const place = (layer: string, path: ReadonlyArray<string>) => {
  const last = path.at(-1)!.replace(/:\d+$/, "")
  const direction = path
    .map((part) => /^(forward|backward)_/.exec(part)?.[1])
    .find((one) => one !== undefined)
  // Layers of a model inside: what is left between the layer and the weight.
  const between = path
    .slice(path.indexOf(layer) + 1, -1)
    .filter((part) => part !== layer && !/^(forward|backward)_|_cell(_\d+)?$|^cell$/.test(part))
  return {
    module: [layer, ...between].join("."),
    parameter: direction === undefined ? last : `${direction}.${last}`
  }
}

/** The variables of layers by their classes in snake case, in the order of Keras 3. */
const variables: ReadonlyArray<readonly [RegExp, ReadonlyArray<string>]> = [
  [/^separable_conv[12]d$/, ["depthwise_kernel", "pointwise_kernel", "bias"]],
  [/^depthwise_conv[12]d$/, ["depthwise_kernel", "bias"]],
  [/^(dense|conv[123]d(_transpose)?)$/, ["kernel", "bias"]],
  [/^batch_normalization$/, ["gamma", "beta", "moving_mean", "moving_variance"]],
  [/^layer_normalization$/, ["gamma", "beta"]],
  [/^embedding$/, ["embeddings"]],
  [/^(lstm|gru|simple_rnn)(_cell)?$/, ["kernel", "recurrent_kernel", "bias"]],
  [/^p_?re_?lu$/, ["alpha"]]
]

const snake = (className: string): string =>
  className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()

/** Weights in the layout of Keras 3: `layers/conv2d/vars/0`, numbered by class in the order of the model. */
const byClass = (
  root: Hdf5.Hdf5Group,
  layers: ReadonlyArray<SourceLayer>
): ReadonlyArray<SourceTensor> => {
  const container = root.groups.get("layers") ?? root.groups.get("_layer_checkpoint_dependencies")
  if (container === undefined) return []
  return inContainer(container, "layers", "", layers)
}

const inContainer = (
  container: Hdf5.Hdf5Group,
  path: string,
  prefix: string,
  layers: ReadonlyArray<SourceLayer>
): ReadonlyArray<SourceTensor> => {
  const own = layers.filter(
    (one) => one.path.startsWith(prefix) && !one.path.slice(prefix.length).includes(".")
  )
  const counts = new Map<string, number>()
  const known = own.map((layer) => {
    const base = snake(layer.className)
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    return [count === 0 ? base : `${base}_${count}`, layer] as const
  })
  const found = [...container.groups.keys()].filter((name) => !known.some(([one]) => one === name))
  return [...known, ...found.map((name) => [name, undefined] as const)].flatMap(([name, layer]) => {
    const group = container.groups.get(name)
    if (group === undefined) return []
    const attribute = group.groups.get("vars")?.attributes.get("name")
    const shown = layer?.path ?? `${prefix}${typeof attribute === "string" ? attribute : name}`
    const inner = group.groups.get("layers")
    return [
      ...inLayer(group, `${path}/${name}`, shown, name.replace(/_\d+$/, ""), layer?.config ?? {}),
      ...(inner === undefined
        ? []
        : inContainer(inner, `${path}/${name}/layers`, `${shown}.`, layers))
    ]
  })
}

const inLayer = (
  group: Hdf5.Hdf5Group,
  path: string,
  module: string,
  kind: string,
  config: Readonly<Record<string, unknown>>,
  direction = ""
): ReadonlyArray<SourceTensor> => {
  const own = [...(group.groups.get("vars")?.datasets ?? [])].map(([index, dataset]) => {
    const parameter = `${direction}${namesOf(kind, config)[Number(index)] ?? index}`
    return tensor(
      { name: `${path}/vars/${index}`, module, parameter, shape: dataset.shape },
      dataset.type,
      () => dataset.bytes
    )
  })
  const parts = [...group.groups].flatMap(([name, inner]) => {
    const inside = innerConfig(config)
    switch (name) {
      case "cell": {
        const attribute = inner.groups.get("vars")?.attributes.get("name")
        const cell = variables.some(([pattern]) => pattern.test(kind))
          ? kind
          : String(attribute ?? "lstm_cell")
        return inLayer(
          inner,
          `${path}/${name}`,
          module,
          cell.replace(/_\d+$/, ""),
          config,
          direction
        )
      }
      case "forward_layer":
      case "backward_layer": {
        const kind =
          typeof inside?.["class_name"] === "string" ? snake(inside["class_name"]) : "lstm"
        const config = Predicate.isRecord(inside?.["config"]) ? inside["config"] : {}
        return inLayer(inner, `${path}/${name}`, module, kind, config, name.replace("_layer", "."))
      }
      case "layer": {
        const kind =
          typeof inside?.["class_name"] === "string" ? snake(inside["class_name"]) : "dense"
        const config = Predicate.isRecord(inside?.["config"]) ? inside["config"] : {}
        return inLayer(inner, `${path}/${name}`, module, kind, config, direction)
      }
      default:
        return []
    }
  })
  return [...own, ...parts]
}

const innerConfig = (config: Readonly<Record<string, unknown>>) =>
  Predicate.isRecord(config["layer"]) ? config["layer"] : undefined

const namesOf = (
  kind: string,
  config: Readonly<Record<string, unknown>>
): ReadonlyArray<string> => {
  const names = variables.find(([pattern]) => pattern.test(kind))?.[1] ?? []
  return names.filter(
    (name) =>
      !(name === "gamma" && config["scale"] === false) &&
      !(name === "beta" && config["center"] === false)
  )
}
