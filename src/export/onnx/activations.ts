import { t } from "../../language/Text.js"
import type { GraphBuilder, Value } from "./GraphBuilder.js"
import { Unsupported } from "./GraphBuilder.js"

type OnName = (builder: GraphBuilder, x: string) => string

const plain =
  (operator: string): OnName =>
  (builder, x) =>
    builder.add(operator, [x])

const gelu: OnName = (b, x) => {
  const erf = b.add("Erf", [b.add("Mul", [x, b.floats(Math.SQRT1_2)])])
  const twice = b.add("Mul", [x, b.add("Add", [erf, b.floats(1)])])
  return b.add("Mul", [twice, b.floats(0.5)])
}

/** The approximation by tanh (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016). */
const geluNew: OnName = (b, x) => {
  const cube = b.add("Mul", [b.add("Mul", [x, x]), x])
  const sum = b.add("Add", [x, b.add("Mul", [cube, b.floats(0.044715)])])
  const tanh = b.add("Tanh", [b.add("Mul", [sum, b.floats(Math.sqrt(2 / Math.PI))])])
  const twice = b.add("Mul", [x, b.add("Add", [tanh, b.floats(1)])])
  return b.add("Mul", [twice, b.floats(0.5)])
}

/** The activations that look at one element at a time, by their names in a layer's config. */
const elementwise: Readonly<Record<string, OnName>> = {
  elu: plain("Elu"),
  hardSigmoid: plain("HardSigmoid"),
  linear: (_, x) => x,
  relu: plain("Relu"),
  relu6: (b, x) => b.add("Clip", [x, b.floats(0), b.floats(6)]),
  selu: plain("Selu"),
  sigmoid: plain("Sigmoid"),
  softplus: plain("Softplus"),
  softsign: plain("Softsign"),
  tanh: plain("Tanh"),
  swish: (b, x) => b.add("Mul", [x, b.add("Sigmoid", [x])]),
  mish: (b, x) => b.add("Mul", [x, b.add("Tanh", [b.add("Softplus", [x])])]),
  gelu,
  geluNew
}

const overChannels: Readonly<Record<string, string>> = {
  softmax: "Softmax",
  logSoftmax: "LogSoftmax"
}

/** A value after an activation, by its name in a layer's config. */
export const activate = (builder: GraphBuilder, value: Value, activation: unknown): Value => {
  const name = nameOf(activation)
  const operator = overChannels[name]
  if (operator !== undefined) {
    return { ...without(value), last: builder.add(operator, [builder.last(value)], { axis: -1 }) }
  }
  return builder.map(value, value.shape, (x) => elementOf(name)(builder, x))
}

/** The name of a tensor after an activation of single elements. */
export const activateName = (builder: GraphBuilder, x: string, activation: unknown): string =>
  elementOf(nameOf(activation))(builder, x)

const elementOf = (name: string): OnName => {
  const found = elementwise[name]
  if (found !== undefined) return found
  throw new Unsupported(t`has the activation ${name}, which cannot be written as ONNX here`)
}

const nameOf = (activation: unknown): string => {
  const name =
    activation === null || activation === undefined
      ? "linear"
      : typeof activation === "string"
        ? activation
        : String((activation as { className?: unknown }).className)
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

const without = ({ mask, shape }: Value): Value => ({ shape, ...(mask !== undefined && { mask }) })
