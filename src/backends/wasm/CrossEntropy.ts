import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { exp, log } from "../DeterministicMath.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

/** The kernel of labels, int32 [B], and logits [B, C]; outputs: the mean loss, the probabilities. */
export const forward = "HoldfastSoftmaxCrossEntropy"
const backward = "HoldfastSoftmaxCrossEntropyGradient"

/** Softmax cross-entropy of class labels: −log softmax(logits)[label], averaged over the batch. */
export const kernels = ({ heap }: Tools): Kernels => ({
  [forward]: kernel<"labels" | "logits">(({ inputs: { labels, logits } }) => {
    const [B, C] = logits.shape as [number, number]
    const [loss, probabilities] = [heap.output([]), heap.output([B, C])]
    const [x, p, label] = [heap.floats(logits), heap.floats(probabilities), heap.integers(labels)]
    checkLabels(label, B, C)
    const powers = new Float64Array(C)
    let sum = 0
    for (let b = 0; b < B; b++) {
      const from = b * C
      let largest = -Infinity
      for (let i = 0; i < C; i++) largest = Math.max(largest, x[from + i]!)
      let total = 0
      for (let i = 0; i < C; i++) {
        powers[i] = exp(x[from + i]! - largest)
        total += powers[i]!
      }
      for (let i = 0; i < C; i++) p[from + i] = powers[i]! / total
      sum += log(total) + largest - x[from + label[b]!]!
    }
    heap.floats(loss)[0] = sum / B
    return [loss, probabilities]
  }),
  [backward]: kernel<"dy" | "labels" | "probabilities">(
    ({ inputs: { dy, labels, probabilities } }) => {
      const [B, C] = probabilities.shape as [number, number]
      const out = heap.output([B, C])
      const [d, p, label] = [heap.floats(out), heap.floats(probabilities), heap.integers(labels)]
      const share = heap.floats(dy)[0]! / B
      for (let i = 0; i < B * C; i++) d[i] = p[i]! * share
      for (let b = 0; b < B; b++) d[b * C + label[b]!]! -= share
      return out
    }
  )
})

/** Beyond the classes of its own example, a label would read the logits of another. */
export const checkLabels = (labels: tf.TypedArray, examples: number, classes: number): void => {
  if (labels.length !== examples) {
    throw new Error(`there are ${labels.length} labels for the logits of ${examples}`)
  }
  const wrong = labels.findIndex((label) => !(label >= 0 && label < classes))
  if (wrong >= 0) {
    throw new Error(`label ${wrong} is ${labels[wrong]}, but there are ${classes} classes, from 0`)
  }
}

export const registerGradient = (): void => {
  tf.registerGradient({
    kernelName: forward,
    inputsToSave: ["labels"],
    outputsToSave: [false, true],
    gradFunc: (dys, [labels, probabilities]) => {
      const dy = (dys as Array<Tensor>)[0]
      return {
        labels: () => tf.zerosLike(labels!),
        logits: () =>
          tf.engine().runKernel(backward, { dy, labels, probabilities } as never) as Tensor
      }
    }
  })
}
