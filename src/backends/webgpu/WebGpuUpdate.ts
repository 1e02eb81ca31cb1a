import type { KernelConfig, KernelFunc, TensorInfo } from "../../tf.js"
import * as tf from "../../tf.js"
import { names } from "../Updates.js"
import { perElement, type WebGpu } from "./Program.js"

type Tensors = Readonly<Record<string, TensorInfo>>
type Numbers = Readonly<Record<string, number>>

/** Computes a new tensor from tensors of its shape, each element from those at its place. */
type Formula = (backend: WebGpu, tensors: Tensors, numbers: Numbers) => TensorInfo

/**
 * What an expression in the shader's language comes to, in which an element goes by its tensor's name,
 * and that of the gradient has weight decay added to it.
 */
const formula =
  (inputs: ReadonlyArray<string>, numbers: ReadonlyArray<string>, expression: string): Formula =>
  (backend, tensors, given) => {
    const own = inputs.map((name) => tensors[name]!)
    const { shape } = own[0]!
    const size = tf.util.sizeFromShape(shape)
    const element = (name: string) =>
      `let ${name} = ${name}[index]${name === "gradient" ? " + uniforms.decay * weight" : ""};`
    const program = perElement({
      key: expression,
      inputs,
      shape: [size],
      uniforms: numbers.map((name) => `${name} : f32,`).join(" "),
      body: `
        ${inputs.map(element).join("\n")}
        ${numbers.map((name) => `let ${name} = uniforms.${name};`).join("\n")}
        setOutputAtIndex(index, ${expression});`
    })
    const flat = own.map((tensor) => ({ ...tensor, shape: [size] }))
    const values = numbers.map((name) => ({ type: "float32", data: [given[name]!] }))
    return { ...backend.runWebGPUProgram(program, flat, "float32", values), shape }
  }

const decayed = ["weight", "gradient"]
const moving = {
  mean: formula(
    [...decayed, "mean"],
    ["decay", "beta1", "rest1"],
    "mean * beta1 + gradient * rest1"
  ),
  square: formula(
    [...decayed, "square"],
    ["decay", "beta2", "rest2"],
    "square * beta2 + gradient * gradient * rest2"
  ),
  buffer: formula([...decayed, "buffer"], ["decay", "momentum"], "buffer * momentum + gradient")
}
const along = {
  gradient: formula(decayed, ["decay", "rate"], "weight - gradient * rate"),
  mean: formula(
    ["weight", "mean", "square"],
    ["rate", "scale", "epsilon", "factor"],
    "weight * factor - mean * rate / (sqrt(square) / scale + epsilon)"
  ),
  buffer: formula(["weight", "buffer"], ["rate"], "weight - buffer * rate"),
  nesterov: formula(
    [...decayed, "buffer"],
    ["decay", "momentum", "rate"],
    "weight - (gradient + buffer * momentum) * rate"
  )
}
const direction = formula(
  [...decayed, "square"],
  ["decay", "epsilon"],
  "gradient / (sqrt(square) + epsilon)"
)

const further = {
  toward: formula(["mean", "value"], ["share"], "mean + (value - mean) * share"),
  lion: formula(
    ["weight", "gradient", "mean"],
    ["beta1", "rest1", "rate", "factor", "decay"],
    "weight * factor - sign(mean * beta1 + gradient * rest1) * rate"
  ),
  nadam: formula(
    [...decayed, "mean", "square"],
    ["gradientRate", "meanRate", "scale", "epsilon", "decay", "factor"],
    "weight * factor - (gradient * gradientRate + mean * meanRate) / (sqrt(square) / scale + epsilon)"
  ),
  sum: formula([...decayed, "sum"], ["decay"], "sum + gradient * gradient"),
  adagrad: formula(
    [...decayed, "sum"],
    ["decay", "rate", "initial", "epsilon"],
    "weight - gradient * rate / (sqrt(sum + initial) + epsilon)"
  ),
  change: formula(
    [...decayed, "square", "changes"],
    ["decay", "epsilon"],
    "sqrt(changes + epsilon) / sqrt(square + epsilon) * gradient"
  ),
  changes: formula(
    ["changes", "change"],
    ["rho", "rest"],
    "changes * rho + change * change * rest"
  ),
  adadelta: formula(["weight", "change"], ["rate"], "weight - change * rate"),
  greatest: formula(
    [...decayed, "greatest"],
    ["decay", "beta2", "epsilon"],
    "max(greatest * beta2, abs(gradient) + epsilon)"
  ),
  adamax: formula(["weight", "mean", "greatest"], ["rate"], "weight - mean * rate / greatest"),
  lamb: formula(
    ["weight", "mean", "square"],
    ["rate", "scale", "epsilon", "decay"],
    "mean * rate / (sqrt(square) / scale + epsilon) + decay * weight"
  )
}

type Compute = (
  backend: WebGpu,
  tensors: Tensors,
  numbers: Numbers
) => TensorInfo | Array<TensorInfo>

const kernel = (kernelName: string, compute: Compute): KernelConfig => ({
  kernelName,
  backendName: "webgpu",
  kernelFunc: (({ inputs, attrs, backend }) =>
    compute(backend as never, inputs as never, attrs as never)) as KernelFunc
})

/**
 * The updates of optimizers, a program for each tensor that comes of one: composed of the backend's
 * own operations they would be a dozen, each with a number to be sent to the device.
 */
export const updates: ReadonlyArray<KernelConfig> = [
  kernel(names.adam, (backend, tensors, numbers) => {
    const [rest1, rest2] = [1 - numbers["beta1"]!, 1 - numbers["beta2"]!]
    const mean = moving.mean(backend, tensors, { ...numbers, rest1 })
    const square = moving.square(backend, tensors, { ...numbers, rest2 })
    return [along.mean(backend, { ...tensors, mean, square }, numbers), mean, square]
  }),
  kernel(names.sgd, along.gradient),
  kernel(names.momentum, (backend, tensors, numbers) => {
    const buffer = moving.buffer(backend, tensors, numbers)
    const next = numbers["nesterov"] ? along.nesterov : along.buffer
    return [next(backend, { ...tensors, buffer }, numbers), buffer]
  }),
  kernel(names.rmsprop, (backend, tensors, numbers) => {
    const [beta2, rest2] = [numbers["alpha"]!, 1 - numbers["alpha"]!]
    const square = moving.square(backend, tensors, { ...numbers, beta2, rest2 })
    return [direction(backend, { ...tensors, square }, numbers), square]
  }),
  kernel(names.toward, further.toward),
  kernel(names.lion, (backend, tensors, given) => {
    const numbers = { ...given, decay: 0 }
    const { beta2, rest2 } = given as Numbers & Record<"beta2" | "rest2", number>
    const next = moving.mean(backend, tensors, { beta1: beta2, rest1: rest2, decay: 0 })
    return [further.lion(backend, tensors, numbers), next]
  }),
  kernel(names.nadam, (backend, tensors, numbers) => {
    const mean = moving.mean(backend, tensors, numbers)
    const square = moving.square(backend, tensors, numbers)
    return [further.nadam(backend, { ...tensors, mean, square }, numbers), mean, square]
  }),
  kernel(names.adagrad, (backend, tensors, numbers) => {
    const sum = further.sum(backend, tensors, numbers)
    return [further.adagrad(backend, { ...tensors, sum }, numbers), sum]
  }),
  kernel(names.adadelta, (backend, tensors, numbers) => {
    const [beta2, rest2] = [numbers["rho"]!, numbers["rest"]!]
    const square = moving.square(backend, tensors, { ...numbers, beta2, rest2 })
    const change = further.change(backend, { ...tensors, square }, numbers)
    const next = further.adadelta(backend, { ...tensors, change }, numbers)
    const changes = further.changes(backend, { ...tensors, change }, numbers)
    backend.disposeData(change.dataId)
    return [next, square, changes]
  }),
  kernel(names.adamax, (backend, tensors, numbers) => {
    const mean = moving.mean(backend, tensors, numbers)
    const greatest = further.greatest(backend, tensors, numbers)
    return [further.adamax(backend, { ...tensors, mean, greatest }, numbers), mean, greatest]
  }),
  kernel(names.lamb, (backend, tensors, given) => {
    const numbers = { ...given, decay: 0 }
    const mean = moving.mean(backend, tensors, numbers)
    const square = moving.square(backend, tensors, numbers)
    return [further.lamb(backend, { ...tensors, mean, square }, given), mean, square]
  })
]
