import type { TensorInfo } from "../../tf.js"
import { names } from "../Updates.js"
import type { Heap } from "./Heap.js"
import { type Kernels, kernel, size, type Tools } from "./Kernel.js"
import type { Simd } from "./Simd.js"

type Numbers<Name extends string> = Readonly<Record<Name, number>>

/**
 * The updates of optimizers, one pass over a weight each. New tensors are made and none is changed:
 * what a snapshot or a clone holds stays as it was.
 */
export const kernels = ({ heap, simd }: Tools): Kernels => {
  const at = heap.address
  const like = (tensor: TensorInfo): TensorInfo => heap.output(tensor.shape)
  return {
    [names.adam]: kernel<
      "weight" | "gradient" | "mean" | "square",
      Numbers<"beta1" | "beta2" | "rate" | "scale" | "epsilon" | "decay" | "factor">
    >(({ inputs: { weight, gradient, mean, square }, attrs }) => {
      const out = [like(weight), like(weight), like(weight)]
      const { beta1, beta2, rate, scale, epsilon, decay, factor } = attrs
      const [w, g, m, v] = [at(weight), at(gradient), at(mean), at(square)]
      const [nextW, nextM, nextV] = [at(out[0]!), at(out[1]!), at(out[2]!)]
      const n = size(weight.shape)
      const [a, b] = [1 - beta1, 1 - beta2]
      simd.adam(
        w,
        g,
        m,
        v,
        nextW,
        nextM,
        nextV,
        n,
        beta1,
        a,
        beta2,
        b,
        rate,
        scale,
        epsilon,
        decay,
        factor
      )
      return out
    }),
    [names.sgd]: kernel<"weight" | "gradient", Numbers<"rate" | "decay">>(
      ({ inputs: { weight, gradient }, attrs: { rate, decay } }) => {
        const out = like(weight)
        simd.descend(at(weight), at(gradient), at(out), size(weight.shape), rate, decay)
        return out
      }
    ),
    [names.momentum]: kernel<
      "weight" | "gradient" | "buffer",
      Numbers<"rate" | "momentum" | "decay"> & { readonly nesterov: boolean }
    >(({ inputs: { weight, gradient, buffer }, attrs }) => {
      const out = [like(weight), like(weight)]
      const from = [weight, gradient, buffer].map(at)
      const { rate, momentum, nesterov, decay } = attrs
      const rest = [rate, momentum, nesterov ? 1 : 0, decay]
      simd.momentum(...from, ...out.map(at), size(weight.shape), ...rest)
      return out
    }),
    [names.rmsprop]: kernel<
      "weight" | "gradient" | "square",
      Numbers<"alpha" | "epsilon" | "decay">
    >(({ inputs: { weight, gradient, square }, attrs: { alpha, epsilon, decay } }) => {
      const out = [like(weight), like(weight)]
      const from = [weight, gradient, square].map(at)
      const rest = [alpha, 1 - alpha, epsilon, decay]
      simd.rmsDirection(...from, ...out.map(at), size(weight.shape), ...rest)
      return out
    }),
    ...further(heap, simd)
  }
}

/** What a kernel of ../kernels/adaptive.ts takes: its inputs, how many outputs, and its numbers, in order. */
type Signature = readonly [
  name: keyof Simd & keyof typeof names,
  inputs: ReadonlyArray<string>,
  outputs: number,
  numbers: ReadonlyArray<string>
]

const [updated, moments] = [
  ["weight", "gradient"],
  ["beta1", "rest1", "beta2", "rest2"]
]
const signatures: ReadonlyArray<Signature> = [
  ["toward", ["mean", "value"], 1, ["share"]],
  ["lion", [...updated, "mean"], 2, [...moments, "rate", "factor"]],
  [
    "nadam",
    [...updated, "mean", "square"],
    3,
    [...moments, "gradientRate", "meanRate", "scale", "epsilon", "decay", "factor"]
  ],
  ["adagrad", [...updated, "sum"], 2, ["rate", "initial", "epsilon", "decay"]],
  ["adadelta", [...updated, "square", "changes"], 3, ["rate", "rho", "rest", "epsilon", "decay"]],
  [
    "adamax",
    [...updated, "mean", "greatest"],
    3,
    ["beta1", "rest1", "beta2", "rate", "epsilon", "decay"]
  ],
  ["lamb", [...updated, "mean", "square"], 3, [...moments, "rate", "scale", "epsilon", "decay"]]
]

const further = (heap: Heap, simd: Simd): Kernels =>
  Object.fromEntries(
    signatures.map(([name, inputs, outputs, numbers]) => [
      names[name],
      kernel<string, Numbers<string>>(({ attrs, inputs: given }) => {
        const { shape } = given[inputs[0]!]!
        const out = Array.from({ length: outputs }, () => heap.output(shape))
        const addresses = [...inputs.map((one) => given[one]!), ...out].map(heap.address)
        simd[name](...addresses, size(shape), ...numbers.map((one) => attrs[one]!))
        return out
      })
    ])
  )
