import { t } from "../../language/Text.js"
import { quantizeRows } from "../Quantize.js"
import type { Attributes, ElementType, Graph, Node, Tensor, ValueInfo } from "./OnnxModel.js"

/** The lengths of a tensor's axes; null: any. */
export type Shape = ReadonlyArray<number | null>

/**
 * A tensor in the graph. Layers have the channels last, ONNX wants them first: `last` and `first` are its
 * names in the two layouts, of which one at least is there. The shape is that with the channels last.
 */
export interface Value {
  readonly shape: Shape
  readonly last?: string
  readonly first?: string
  /** Which time steps count, [batch, time], where a layer has masked some. */
  readonly mask?: string
}

/** Numbers of the model. */
export interface Weight {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

/** Builds a graph node by node; names are given as they are needed. */
export class GraphBuilder {
  readonly nodes: Array<Node> = []
  private readonly constants = new Map<string, Tensor>()
  private readonly taken = new Set<string>()
  private scope = ""

  /** A graph inside of another shares its initializers, and names no value twice. */
  constructor(
    private readonly options: { readonly int8: boolean },
    private readonly outer?: GraphBuilder
  ) {}

  get initializers(): ReadonlyArray<Tensor> {
    return [...this.constants.values()]
  }

  inner(): GraphBuilder {
    const inner = new GraphBuilder(this.options, this)
    inner.scope = this.scope
    return inner
  }

  /** What is added from now on is named after this layer. */
  enter(layer: string): void {
    this.scope = layer
  }

  name(of: string): string {
    const root = this.outer
    if (root !== undefined) return root.name(of)
    const base = this.scope === "" ? of : `${this.scope}/${of}`
    let name = base
    for (let i = 2; this.taken.has(name); i++) name = `${base}_${i}`
    this.taken.add(name)
    return name
  }

  /** Adds a node with one output, whose name it gives. */
  add(operator: string, inputs: ReadonlyArray<string>, attributes: Attributes = {}): string {
    return this.addMany(operator, inputs, attributes, 1)[0]!
  }

  addMany(
    operator: string,
    inputs: ReadonlyArray<string>,
    attributes: Attributes,
    count: number
  ): ReadonlyArray<string> {
    const outputs = Array.from({ length: count }, () => this.name(operator))
    this.nodes.push({ operator, name: outputs[0]!, inputs, outputs, attributes })
    return outputs
  }

  /** A constant of ours, of float32; a number is a scalar. */
  floats(values: number | ReadonlyArray<number> | Float32Array, shape?: ReadonlyArray<number>) {
    const own = Float32Array.from(typeof values === "number" ? [values] : values)
    return this.constant("float32", own, shape ?? (typeof values === "number" ? [] : [own.length]))
  }

  /** A vector of int64, as shapes and axes are. */
  integers(...values: ReadonlyArray<number>): string {
    return this.constant("int64", BigInt64Array.from(values, BigInt), [values.length])
  }

  private constant(
    type: ElementType,
    values: Float32Array | BigInt64Array,
    shape: ReadonlyArray<number>
  ): string {
    if (this.outer !== undefined) return this.outer.constant(type, values, shape)
    const key = values.length <= 16 ? `${type}[${shape.join(",")}]:${values.join(",")}` : null
    const known = key === null ? undefined : this.constants.get(key)
    if (known !== undefined) return known.name
    const name = this.name("constant")
    this.constants.set(key ?? name, { name, type, shape, bytes: bytesOf(values) })
    return name
  }

  /**
   * A weight of the model under its own name. With `int8`, a large one is stored as bytes with a scale for
   * each index of `axis`, and turned into floats where the model is loaded.
   */
  weight({ name, shape, values }: Weight, axis?: number): string {
    if (this.outer !== undefined) return this.outer.weight({ name, shape, values }, axis)
    const known = this.weights.get(name)
    if (known !== undefined) return known
    const result =
      axis === undefined || !this.options.int8 || values.length < smallestQuantized
        ? this.initializer({ name, type: "float32", shape, bytes: bytesOf(values) })
        : this.quantized({ name, shape, values }, axis)
    this.weights.set(name, result)
    return result
  }

  private readonly weights = new Map<string, string>()

  private quantized({ name, shape, values }: Weight, axis: number): string {
    const { scales, values: integers } = quantizeRows(values, shape, axis)
    const quantized = this.initializer({
      name: `${name}.int8`,
      type: "int8",
      shape,
      bytes: bytesOf(integers)
    })
    const scale = this.initializer({
      name: `${name}.scale`,
      type: "float32",
      shape: [scales.length],
      bytes: bytesOf(scales)
    })
    return this.add("DequantizeLinear", [quantized, scale], { axis })
  }

  private initializer(tensor: Tensor): string {
    this.constants.set(`weight:${tensor.name}`, tensor)
    this.taken.add(tensor.name)
    return tensor.name
  }

  /** The name of a value with the channels last. */
  last(value: Value): string {
    return value.last ?? this.add("Transpose", [value.first!], { perm: toLast(value.shape.length) })
  }

  /** The name of a value with the channels first. */
  first(value: Value): string {
    return (
      value.first ??
      (value.shape.length < 3
        ? value.last!
        : this.add("Transpose", [value.last!], { perm: toFirst(value.shape.length) }))
    )
  }

  /** A value by an operation that looks at one element at a time, in the layout that is there. */
  map(value: Value, shape: Shape, operation: (name: string) => string): Value {
    const { first, last, ...rest } = value
    return last === undefined
      ? { ...rest, shape, first: operation(first!) }
      : { ...rest, shape, last: operation(last) }
  }

  /** The length of the batch followed by these, as a shape. */
  shapeOf(name: string, ...lengths: ReadonlyArray<number>): string {
    const batch = this.add("Shape", [name], { start: 0, end: 1 })
    return this.add("Concat", [batch, this.integers(...lengths)], { axis: 0 })
  }

  graph(name: string, inputs: ReadonlyArray<ValueInfo>, outputs: ReadonlyArray<ValueInfo>): Graph {
    return { name, nodes: this.nodes, initializers: this.initializers, inputs, outputs }
  }
}

/** Smaller weights are not worth a scale. */
const smallestQuantized = 256

const bytesOf = ({ buffer, byteLength, byteOffset }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const toFirst = (rank: number) => [0, rank - 1, ...range(1, rank - 1)]
const toLast = (rank: number) => [0, ...range(2, rank), 1]

export const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)

/** A length that must be known. */
export const known = (length: number | null | undefined): number => {
  if (typeof length === "number") return length
  throw new Unsupported(t`needs the length of each axis, of which one may be any here`)
}

/** Why a layer cannot be written: the end of a sentence that its name begins. */
export class Unsupported extends Error {}
