import * as tf from "../../tf.js"
import { t } from "../../language/Text.js"
import type { ModelWeights } from "../ModelWeights.js"
import { known, Unsupported, type GraphBuilder, type Shape, type Value } from "./GraphBuilder.js"
import type { LayerInput } from "./LayerWriter.js"

/** One kernel that a layer ran. */
interface Step {
  readonly kernel: string
  readonly inputs: Readonly<Record<string, tf.Tensor | ReadonlyArray<tf.Tensor>>>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly outputs: ReadonlyArray<tf.Tensor>
}

/**
 * A custom layer, by running it once and writing down the kernels that it runs, as `torch.onnx.export`
 * does: what it decides by values, or by the size of the batch, is as in that one run.
 */
export const traced = (
  { builder, inputs, layer }: LayerInput,
  shapes: ReadonlyArray<Shape>,
  weights: ModelWeights
): ReadonlyArray<Value> => {
  tf.engine().startScope("traced")
  try {
    const tensors = inputs.map(({ shape }) =>
      tf.randomUniform([batch, ...shape.slice(1).map(known)])
    )
    const names = new Map<number, string>([
      ...tensors.map((tensor, i) => [tensor.id, builder.last(inputs[i]!)] as const),
      ...layer.weights.map(
        (variable) => [variable.read().id, builder.weight(weights.get(variable)!)] as const
      )
    ])
    const { outputs, steps } = record(builder, names, () => {
      const given = tensors.length === 1 ? tensors[0]! : tensors
      return [layer.call(given, { training: false })].flat()
    })
    for (const step of steps) writeStep(builder, step, names)
    return outputs.map(({ id }, i) => ({ shape: shapes[i]!, last: names.get(id)! }))
  } finally {
    tf.engine().endScope()
  }
}

/** No length of a model's own, so that a shape that holds it holds the batch. */
const batch = 3

type RunKernel = ReturnType<typeof tf.engine>["runKernel"]

/** The kernels that `body` runs, in order. What none of them has made is a constant, which gets a name. */
const record = (
  builder: GraphBuilder,
  names: Map<number, string>,
  body: () => ReadonlyArray<tf.Tensor>
) => {
  const engine = tf.engine()
  const steps: Array<Step> = []
  const made = new Set<number>()
  const constant = (tensor: tf.Tensor) => {
    if (tensor.size > 1 && tensor.shape[0] === batch) {
      throw new Unsupported(t`makes a tensor of the size of the batch, which cannot be traced`)
    }
    names.set(tensor.id, builder.floats(Float32Array.from(tensor.dataSync()), tensor.shape))
  }
  const stock = engine.runKernel
  let depth = 0
  engine.runKernel = ((kernel: string, inputs: Step["inputs"], attributes: never) => {
    depth++
    try {
      if (depth === 1) {
        // Read now: what a layer makes for itself is soon disposed.
        Object.values(inputs)
          .flat()
          .filter((tensor) => tensor !== undefined && tensor !== null)
          .filter(({ id }) => !made.has(id) && !names.has(id))
          .forEach(constant)
      }
      const result = stock.call(engine, kernel, inputs as never, attributes)
      if (depth === 1) {
        const outputs = [result].flat() as Array<tf.Tensor>
        outputs.forEach(({ id }) => made.add(id))
        steps.push({ kernel, inputs, attributes: attributes ?? {}, outputs })
      }
      return result
    } finally {
      depth--
    }
  }) as RunKernel
  try {
    return { outputs: body(), steps }
  } finally {
    engine.runKernel = stock
  }
}

/** The operators of ONNX that take the same inputs, by the names of kernels. */
const same: Readonly<Record<string, string>> = {
  Abs: "Abs",
  Add: "Add",
  Ceil: "Ceil",
  Cos: "Cos",
  Elu: "Elu",
  Erf: "Erf",
  Exp: "Exp",
  Floor: "Floor",
  Identity: "Identity",
  LogicalAnd: "And",
  LogicalNot: "Not",
  LogicalOr: "Or",
  Log: "Log",
  Maximum: "Max",
  Minimum: "Min",
  Multiply: "Mul",
  Neg: "Neg",
  Pow: "Pow",
  RealDiv: "Div",
  Reciprocal: "Reciprocal",
  Relu: "Relu",
  Round: "Round",
  Selu: "Selu",
  Sigmoid: "Sigmoid",
  Sign: "Sign",
  Sin: "Sin",
  Softplus: "Softplus",
  Sqrt: "Sqrt",
  Sub: "Sub",
  Tanh: "Tanh",
  Greater: "Greater",
  GreaterEqual: "GreaterOrEqual",
  Less: "Less",
  LessEqual: "LessOrEqual",
  Equal: "Equal"
}

const reductions: Readonly<Record<string, string>> = {
  Max: "ReduceMax",
  Mean: "ReduceMean",
  Min: "ReduceMin",
  Prod: "ReduceProd"
}

const writeStep = (builder: GraphBuilder, step: Step, names: Map<number, string>): void => {
  const name = ({ id }: tf.Tensor) => names.get(id)!
  const tensors = Object.values(step.inputs).flat()
  const [first] = tensors as [tf.Tensor]
  const [output] = step.outputs as [tf.Tensor]
  const axesOf = (key: string) => [step.attributes[key]].flat().map(Number)
  const dimensions = (shape: ReadonlyArray<number>) =>
    shape.map((length, axis) => (axis === 0 && length === batch ? -1 : length))
  const write = (): string => {
    const { attributes, kernel } = step
    const operator = same[kernel]
    if (operator !== undefined) return builder.add(operator, tensors.map(name))
    const reduction = reductions[kernel]
    const keepdims = attributes["keepDims"] === true ? 1 : 0
    if (reduction !== undefined) {
      const axes = axesOf(
        kernel === "Mean" ? "axis" : "reductionIndices" in attributes ? "reductionIndices" : "axis"
      )
      return builder.add(reduction, [name(first)], { axes: axes.map((axis) => axis), keepdims })
    }
    switch (kernel) {
      case "Sum":
        return builder.add("ReduceSum", [name(first), builder.integers(...axesOf("axis"))], {
          keepdims
        })
      case "Square":
        return builder.add("Mul", [name(first), name(first)])
      case "SquaredDifference": {
        const difference = builder.add("Sub", tensors.map(name))
        return builder.add("Mul", [difference, difference])
      }
      case "Rsqrt":
        return builder.add("Reciprocal", [builder.add("Sqrt", [name(first)])])
      case "LeakyRelu":
        return builder.add("LeakyRelu", [name(first)], {
          alpha: { float: Number(attributes["alpha"]) }
        })
      case "Softmax":
        return builder.add("Softmax", [name(first)], { axis: Number(attributes["dim"] ?? -1) })
      case "Concat":
        return builder.add("Concat", tensors.map(name), { axis: Number(attributes["axis"]) })
      case "Transpose":
        return builder.add("Transpose", [name(first)], { perm: axesOf("perm") })
      case "ExpandDims":
      case "Reshape":
        return builder.add("Reshape", [name(first), builder.integers(...dimensions(output.shape))])
      case "Select":
        return builder.add("Where", tensors.map(name))
      case "Cast":
        return builder.add("Cast", [name(first)], {
          to: output.dtype === "float32" ? 1 : output.dtype === "bool" ? 9 : 6
        })
      case "ClipByValue":
        return builder.add("Clip", [
          name(first),
          builder.floats(Number(attributes["clipValueMin"])),
          builder.floats(Number(attributes["clipValueMax"]))
        ])
      case "BatchMatMul": {
        const swap = (tensor: tf.Tensor, isTransposed: unknown) => {
          const perm = tensor.shape.map((_, axis) => axis)
          const last = perm.length - 1
          ;[perm[last], perm[last - 1]] = [last - 1, last]
          return isTransposed === true
            ? builder.add("Transpose", [name(tensor)], { perm })
            : name(tensor)
        }
        const { a, b } = step.inputs as { readonly a: tf.Tensor; readonly b: tf.Tensor }
        return builder.add("MatMul", [
          swap(a, attributes["transposeA"]),
          swap(b, attributes["transposeB"])
        ])
      }
      case "Slice": {
        const begin = attributes["begin"] as ReadonlyArray<number>
        const size = attributes["size"] as ReadonlyArray<number>
        const ends = begin.map((from, axis) =>
          size[axis] === -1 || (axis === 0 && size[axis] === batch) ? 2 ** 31 : from + size[axis]!
        )
        return builder.add("Slice", [
          name(first),
          builder.integers(...begin),
          builder.integers(...ends)
        ])
      }
      default:
        throw new Unsupported(
          t`runs the kernel ${kernel}, which cannot be written as ONNX here; use operations such as mean, matMul, concat, exp`
        )
    }
  }
  names.set(output.id, write())
}
