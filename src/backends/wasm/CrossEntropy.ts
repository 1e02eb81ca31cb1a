import type { Tensor } from "../../tf.js"
import * as tf from "../../tf.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"

/** The kernel of labels, int32 [B], and logits [B, C]; outputs: the mean loss, the probabilities. */
export const forward = "HoldfastSoftmaxCrossEntropy"
const backward = "HoldfastSoftmaxCrossEntropyGradient"

/** Softmax cross-entropy of class labels: −log softmax(logits)[label], averaged over the batch. */
export const kernels = ({ heap, simd }: Tools): Kernels => ({
  [forward]: kernel<"labels" | "logits">(({ inputs: { labels, logits } }) => {
    const [B, C] = logits.shape as [number, number]
    const [loss, probabilities] = [heap.output([]), heap.output([B, C])]
    checkLabels(heap.integers(labels), B, C)
    const [x, label, l, p] = [logits, labels, loss, probabilities].map(heap.address)
    heap.withScratch(8 * C, (powers) => simd.crossEntropy(x!, label!, l!, p!, B, C, powers))
    return [loss, probabilities]
  }),
  [backward]: kernel<"dy" | "labels" | "probabilities">(
    ({ inputs: { dy, labels, probabilities } }) => {
      const [B, C] = probabilities.shape as [number, number]
      const out = heap.output([B, C])
      const [d, label, p, to] = [dy, labels, probabilities, out].map(heap.address)
      simd.crossEntropyGradient(d!, label!, p!, to!, B, C)
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
