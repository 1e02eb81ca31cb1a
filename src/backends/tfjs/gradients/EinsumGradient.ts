import type { Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"

/** Teaches TensorFlow.js the gradient of `einsum`, of one or two operands; it has none. */
export const register = (): void => {
  tf.registerGradient({
    kernelName: "Einsum",
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const [terms, output] = termsOf(attrs["equation"] as string)
      const gradients: Record<string, () => Tensor> = {}
      saved.forEach((x, i) => {
        const others = saved.filter((_, j) => j !== i)
        const otherTerms = terms.filter((_, j) => j !== i)
        gradients[i] = () => gradient(x, terms[i]!, dy as Tensor, output, others, otherTerms)
      })
      return gradients as never
    }
  })
}

const termsOf = (equation: string): readonly [ReadonlyArray<string>, string] => {
  const [inputs, output] = equation.replaceAll(/\s/g, "").split("->") as [string, string]
  return [inputs.split(","), output]
}

/**
 * The sum that leaves the labels of x, over dy and the other operand. A label that x alone has was
 * summed over: dy is the same all along it.
 */
const gradient = (
  x: Tensor,
  term: string,
  dy: Tensor,
  output: string,
  others: ReadonlyArray<Tensor>,
  otherTerms: ReadonlyArray<string>
): Tensor => {
  const known = [output, ...otherTerms].join("")
  const kept = [...term].filter((label) => known.includes(label)).join("")
  const equation = `${[output, ...otherTerms].join(",")}->${kept}`
  const dx = tf.einsum(equation, dy, ...others)
  if (kept === term) return dx
  const shape = [...term].map((label, axis) => (known.includes(label) ? x.shape[axis]! : 1))
  const reps = [...term].map((label, axis) => (known.includes(label) ? 1 : x.shape[axis]!))
  return tf.tile(tf.reshape(dx, shape), reps)
}
