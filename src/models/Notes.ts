import { t } from "../language/Text.js"
import type { SourceLayer } from "./FileContents.js"
import type { LayerLayout } from "./Layout.js"
import type { Match } from "./Match.js"

type Config = Readonly<Record<string, unknown>>

/** What makes the predictions of a model differ from the original's, although it has the same weights. */
export const notesOn = (
  { framework, layers }: Match,
  described: ReadonlyArray<SourceLayer>
): ReadonlyArray<string> => {
  const configs = new Map(described.map(({ config, path }) => [path, config]))
  return [
    ...new Set(
      layers.flatMap(({ layer, module }) => {
        const config = configs.get(module)
        return config !== undefined
          ? differences(layer, config)
          : framework === "pytorch"
            ? againstPytorch(layer)
            : []
      })
    )
  ]
}

/** The settings of a layer, of a wrapper those of the layer it wraps. */
const settingsOf = (config: Config): Config => {
  const { layer } = config as { readonly layer?: { readonly config?: Config } }
  return layer?.config ?? config
}

const ownSettings = ({ layer }: LayerLayout): Config => settingsOf(layer.getConfig() as Config)

/** What PyTorch always or usually computes, and this layer does not. */
const againstPytorch = (layout: LayerLayout): ReadonlyArray<string> => {
  const { className, path } = layout
  const settings = ownSettings(layout)
  const notes: Array<string> = []
  if (/^(LSTM|GRU)$/.test(className) && snake(settings["recurrentActivation"]) !== "sigmoid") {
    notes.push(
      t`${path} has the recurrentActivation ${snake(settings["recurrentActivation"])}; that of PyTorch is sigmoid`
    )
  }
  if (className === "GRU" && settings["resetAfter"] !== true) {
    notes.push(
      t`${path} applies its reset gate before the product, PyTorch after it; build the layer with resetAfter: true`
    )
  }
  const { epsilon } = settings
  if (/^(Batch|Layer)Normalization$/.test(className) && epsilon !== 1e-5) {
    notes.push(t`${path} has an epsilon of ${epsilon}; that of PyTorch is 0.00001 by default`)
  }
  return notes
}

/** The settings that change what a layer computes. */
const compared = [
  "activation",
  "data_format",
  "dilation_rate",
  "epsilon",
  "go_backwards",
  "padding",
  "recurrent_activation",
  "reset_after",
  "strides"
]

const differences = (layout: LayerLayout, config: Config): ReadonlyArray<string> => {
  const file = settingsOf(config)
  const own = Object.fromEntries(
    Object.entries(ownSettings(layout)).map(([name, value]) => [snake(name), value])
  )
  return compared
    .filter((name) => name in file && name in own)
    .map((name) => ({ name, there: shown(file[name]), here: shown(own[name]) }))
    .filter(({ here, there }) => here !== there)
    .map(
      ({ here, name, there }) => t`${layout.path} has ${name} ${here}; in the file it is ${there}`
    )
}

const snake = (value: unknown): string =>
  String(value)
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()

const shown = (value: unknown): string =>
  typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : Array.isArray(value)
      ? JSON.stringify(value)
      : value == null
        ? "linear"
        : typeof value === "object"
          ? JSON.stringify(value)
          : snake(value)
