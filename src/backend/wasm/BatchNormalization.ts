import type { LayerVariable, layers, Tensor, TensorInfo } from "@tensorflow/tfjs"
import * as tf from "@tensorflow/tfjs"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"

const forward = "HoldfastBatchNormalization"
const backward = "HoldfastBatchNormalizationGradient"

interface Epsilon {
  readonly epsilon: number
}

/**
 * Batch normalisation in training, over the last axis, and its gradient: two passes over the data
 * each, instead of some forty operations.
 */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [forward]: kernel<"x" | "gamma" | "beta", Epsilon>(
    ({ inputs: { x, gamma, beta }, attrs: { epsilon } }) => {
      const [n, C] = rowsAndColumns(x)
      const [y, mean, variance] = [heap.output(x.shape), heap.output([C]), heap.output([C])]
      const [factor, shift] = [heap.output([C]), heap.output([C])]
      const at = heap.address
      simd.columnMoments(at(x), n, C, at(mean), at(variance))
      const [m, v, g, b, f, s] = [mean, variance, gamma, beta, factor, shift].map(heap.floats)
      for (let c = 0; c < C; c++) {
        f![c] = g![c]! / Math.sqrt(v![c]! + epsilon)
        s![c] = b![c]! - m![c]! * f![c]!
      }
      simd.scaleShift(at(x), at(y), n, C, at(factor), at(shift))
      heap.free(factor)
      heap.free(shift)
      return [y, mean, variance]
    }
  ),
  [backward]: kernel<"dy" | "x" | "gamma" | "mean" | "variance", Epsilon>(
    ({ inputs: { dy, x, gamma, mean, variance }, attrs: { epsilon } }) => {
      const [n, C] = rowsAndColumns(x)
      const [dx, dGamma, dBeta] = [heap.output(x.shape), heap.output([C]), heap.output([C])]
      const factors = [heap.output([C]), heap.output([C]), heap.output([C])] as const
      const at = heap.address
      simd.gradientSums(at(x), at(dy), n, C, at(mean), at(dBeta), at(dGamma))
      // dx = γ/σ (dy − mean(dy) − (x − μ)/σ² · mean(dy (x − μ))), as dy·a + x·b + k.
      const [m, v, g, sum, product] = [mean, variance, gamma, dBeta, dGamma].map(heap.floats)
      const [a, b, k] = factors.map(heap.floats)
      for (let c = 0; c < C; c++) {
        const inverse = 1 / Math.sqrt(v![c]! + epsilon)
        const slope = g![c]! * inverse
        a![c] = slope
        b![c] = (-slope * inverse * inverse * product![c]!) / n
        k![c] = (-slope * sum![c]!) / n - b![c]! * m![c]!
        product![c]! *= inverse
      }
      const [A, B, K] = factors.map(at)
      simd.combine(at(x), at(dy), at(dx), n, C, A!, B!, K!)
      for (const factor of factors) heap.free(factor)
      return [dx, dGamma, dBeta]
    }
  )
})

const rowsAndColumns = ({ shape }: TensorInfo): readonly [number, number] => [
  size(shape.slice(0, -1)),
  shape.at(-1)!
]

/** Of the three outputs, the first alone has a gradient. */
export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: forward,
    inputsToSave: ["x", "gamma"],
    outputsToSave: [false, true, true],
    gradFunc: (dys, [x, gamma, mean, variance], attrs) => {
      const dy = (dys as Array<Tensor>)[0]
      // One kernel computes all three, but each is asked for in a scope of its own, at once.
      const gradients = tf
        .engine()
        .runKernel(backward, { dy, x, gamma, mean, variance } as never, attrs) as Array<Tensor>
      return {
        x: () => gradients[0]!.clone(),
        gamma: () => gradients[1]!.clone(),
        beta: () => gradients[2]!.clone()
      }
    }
  })
}

/** The parts of a batch normalisation layer that its type hides. */
interface Layer {
  readonly axis: number
  readonly epsilon: number
  readonly momentum: number
  readonly scale: boolean
  readonly center: boolean
  readonly gamma?: LayerVariable
  readonly beta?: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
}

type Call = layers.Layer["call"]

/** Makes the layers of TensorFlow.js use the kernels above when they train on this backend. */
export const patchLayer = (): void => {
  const prototype = classOf("BatchNormalization").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const last = this.axis === -1 || this.axis === x.shape.length - 1
    const ours = kwargs?.["training"] === true && tf.getBackend() === "wasm" && last
    if (!ours || x.dtype !== "float32") return stock.call(this as never, inputs, kwargs)
    return tf.tidy(() => {
      const C = x.shape.at(-1)!
      const gamma = this.scale ? this.gamma!.read() : tf.ones([C])
      const beta = this.center ? this.beta!.read() : tf.zeros([C])
      const outputs = tf
        .engine()
        .runKernel(forward, { x, gamma, beta }, { epsilon: this.epsilon }) as Array<Tensor>
      const [y, mean, variance] = outputs as [Tensor, Tensor, Tensor]
      moveTowards(this.movingMean, mean, this.momentum)
      moveTowards(this.movingVariance, variance, this.momentum)
      return y
    })
  } as Call
}

const moveTowards = (average: LayerVariable, value: Tensor, momentum: number): void =>
  tf.tidy(() => {
    const old = average.read()
    average.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - momentum)))
  })

/** A class of TensorFlow.js layers by its name, without making a layer, which would use up a name. */
const classOf = (name: string): { readonly prototype: unknown } =>
  tf.serialization.SerializationMap.getMap().classNameMap[name]![0]
