import * as tf from "holdfast/tf"
import { classes, layersOf } from "../backends/networks.js"

/** How each network is trained. */
export const training = { batch_size: 32, learning_rate: 1e-5, seed: 1 }

/** Steps in a round. */
export const steps = { tiny: 500, speaker: 40 }

export type NetworkName = keyof typeof steps

const L = tf.layers

const networks = {
  /** So small that little but overhead is left. */
  tiny: {
    inputShape: [8],
    layers: () => [L.dense({ units: 8, activation: "relu", inputShape: [8] })]
  },
  speaker: { inputShape: [98, 40], layers: layersOf.speaker }
} as const

export const inputShapeOf = (name: NetworkName): ReadonlyArray<number> => networks[name].inputShape

export const make = (name: NetworkName): tf.LayersModel =>
  tf.sequential({ layers: [...networks[name].layers(), L.dense({ units: classes })] })
