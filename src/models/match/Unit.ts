import type { LayerLayout, WeightLayout } from "../Layout.js"
import { shapeAfter } from "../Rearrangement.js"
import type { Framework } from "./Framework.js"

/** What one module of a file may fill: a layer, or one half of a separable convolution. */
export interface Unit {
  readonly path: string
  readonly layer: LayerLayout
  readonly slots: ReadonlyArray<Slot>
}

/** A weight of a unit, and the parameters of a module that hold it. */
export interface Slot {
  readonly weight: string
  readonly parameters: ReadonlyArray<string>
  readonly shape: ReadonlyArray<number>
  readonly layout: WeightLayout | null
}

/** What of a layer the modules of a file may fill. */
export const unitsOf = (layer: LayerLayout, framework: Framework): ReadonlyArray<Unit> => {
  if (framework === "keras" || layer.torch === null) {
    const slots = layer.weights.map(({ name, shape }): Slot => {
      const own = name.slice(layer.path.length + 1).replace(/^(forward|backward)_[^.]*\./, "$1.")
      // Keras 3 calls the kernel of a depthwise convolution by the plain name.
      const plain =
        layer.className === "DepthwiseConv2D" && own === "depthwise_kernel" ? ["kernel"] : []
      return { weight: name, parameters: [own, ...plain], shape, layout: null }
    })
    return [{ path: layer.path, layer, slots }]
  }
  const units = new Map<string, Array<Slot>>()
  for (const one of layer.torch) {
    const [, inner = "", parameter = one.parameters[0]] =
      /^(\w+)\.(\w+)$/.exec(one.parameters[0]) ?? []
    const path = inner === "" ? layer.path : `${layer.path}.${inner}`
    const slots = units.get(path) ?? []
    units.set(path, slots)
    slots.push({
      weight: one.name,
      parameters: one.parameters.length === 1 ? [parameter] : one.parameters,
      shape: shapeAfter(one.steps, one.join === "stack" ? one.shape.slice(1) : one.shape),
      layout: one
    })
  }
  return [...units].map(([path, slots]) => ({ path, layer, slots }))
}
