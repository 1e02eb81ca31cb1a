import type { LayersModel } from "../../../tf.js"
import * as tf from "../../../tf.js"

type Layer = tf.layers.Layer

/** A layer inside a model, under a path that is the same in every process. */
export interface PlacedLayer {
  readonly path: string
  readonly layer: Layer
  /** Whether it and every model around it are trainable. */
  readonly trainable: boolean
  /** Whether it is a part of another layer: a cell, a wrapped layer, one direction of two. */
  readonly isPart: boolean
}

interface Container extends Layer {
  readonly layers: ReadonlyArray<Layer>
}

/**
 * Every layer of a model, or in a layer, once: those of models inside it, and those that other
 * layers consist of, which TensorFlow.js itself does not list.
 *
 * TensorFlow.js numbers unnamed layers for as long as the process lives (`dense_Dense7`), so such
 * names are numbered again within each model (`dense_1`); names given by the user stay.
 */
export const layersIn = (root: LayersModel | Layer): ReadonlyArray<PlacedLayer> => {
  const found: Array<PlacedLayer> = []
  const seen = new Set<Layer>([root as Layer])

  const inContainer = (container: Container, prefix: string, around: boolean, isPart: boolean) => {
    const counts = new Map<string, number>()
    for (const layer of container.layers) {
      const path = `${prefix}${stableName(layer.name, layer.getClassName(), counts)}`
      place(layer, path, around && layer.trainable, isPart)
    }
  }

  const place = (layer: Layer, path: string, trainable: boolean, isPart: boolean) => {
    if (seen.has(layer)) return
    seen.add(layer)
    if (isContainer(layer)) return inContainer(layer, `${path}.`, trainable, isPart)
    found.push({ path, layer, trainable, isPart })
    parts(layer, path, trainable)
  }

  const parts = (layer: Layer, path: string, trainable: boolean) => {
    for (const [key, value] of Object.entries(layer)) {
      // The two directions of Bidirectional are copies of its `layer`, which is itself not used.
      if (key === "layer" && "forwardLayer" in layer) continue
      for (const [i, part] of [value].flat().entries()) {
        if (!(part instanceof tf.layers.Layer)) continue
        place(part, `${path}.${key}${Array.isArray(value) ? `.${i}` : ""}`, trainable, true)
      }
    }
  }

  if (isContainer(root as Layer)) inContainer(root as never, "", root.trainable, false)
  else {
    found.push({ path: root.name, layer: root, trainable: root.trainable, isPart: false })
    parts(root, root.name, root.trainable)
  }
  return found
}

const isContainer = (layer: Layer): layer is Container => "layers" in layer

/** A name that TensorFlow.js has given, numbered within its model; a name of the user as it is. */
export const stableName = (
  name: string,
  className: string,
  counts: Map<string, number>
): string => {
  const automatic =
    new RegExp(`^(.+)_${className}\\d+$`).exec(name) ?? /^(sequential|model)_\d+$/.exec(name)
  if (automatic === null) return name
  const prefix = automatic[1]!
  const count = (counts.get(prefix) ?? 0) + 1
  counts.set(prefix, count)
  return `${prefix}_${count}`
}
