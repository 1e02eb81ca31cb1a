import * as Protobuf from "../../io/Protobuf.js"
import type { Message } from "../../io/Protobuf.js"

/**
 * A model of ONNX as plain values, and its file: the messages of onnx.proto
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), of which only those fields that we write.
 */
export interface OnnxModel {
  readonly graph: Graph
  readonly metadata: Readonly<Record<string, string>>
}

export interface Graph {
  readonly name: string
  readonly nodes: ReadonlyArray<Node>
  readonly initializers: ReadonlyArray<Tensor>
  readonly inputs: ReadonlyArray<ValueInfo>
  readonly outputs: ReadonlyArray<ValueInfo>
}

export interface Node {
  readonly operator: string
  readonly name: string
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<string>
  readonly attributes: Attributes
}

/** Integers, unless `float` says otherwise. */
export type Attributes = Readonly<
  Record<string, number | string | ReadonlyArray<number> | { readonly float: number } | Graph>
>

export type ElementType = keyof typeof elementTypes

export interface Tensor {
  readonly name: string
  readonly type: ElementType
  readonly shape: ReadonlyArray<number>
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array
}

/** An input or output; a length that is null may be any, left out: not even the rank is said. */
export interface ValueInfo {
  readonly name: string
  readonly type: ElementType
  readonly shape?: ReadonlyArray<number | null>
}

const elementTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const

/** The version of the operators: that of ONNX 1.12, of May 2022. */
export const operatorSet = 17
/** The version of the file's format that goes with it. */
const irVersion = 8

/** The file of a model. */
export const encode = ({ graph, metadata }: OnnxModel): Message =>
  Protobuf.message(
    Protobuf.integer(1, irVersion),
    Protobuf.text(2, "holdfast"),
    Protobuf.nested(7, graphMessage(graph)),
    Protobuf.nested(8, Protobuf.message(Protobuf.text(1, ""), Protobuf.integer(2, operatorSet))),
    Protobuf.repeated(14, Object.entries(metadata), (field, [key, value]) =>
      Protobuf.nested(field, Protobuf.message(Protobuf.text(1, key), Protobuf.text(2, value)))
    )
  )

const graphMessage = ({ initializers, inputs, name, nodes, outputs }: Graph): Message =>
  Protobuf.message(
    Protobuf.repeated(1, nodes, (field, node) => Protobuf.nested(field, nodeMessage(node))),
    Protobuf.text(2, name),
    Protobuf.repeated(5, initializers, (field, tensor) =>
      Protobuf.nested(field, tensorMessage(tensor))
    ),
    Protobuf.repeated(11, inputs, (field, value) => Protobuf.nested(field, valueMessage(value))),
    Protobuf.repeated(12, outputs, (field, value) => Protobuf.nested(field, valueMessage(value)))
  )

const nodeMessage = ({ attributes, inputs, name, operator, outputs }: Node): Message =>
  Protobuf.message(
    Protobuf.repeated(1, inputs, Protobuf.text),
    Protobuf.repeated(2, outputs, Protobuf.text),
    Protobuf.text(3, name),
    Protobuf.text(4, operator),
    Protobuf.repeated(5, Object.entries(attributes), (field, [key, value]) =>
      Protobuf.nested(field, Protobuf.message(Protobuf.text(1, key), attributeMessage(value)))
    )
  )

const attributeMessage = (value: Attributes[string]): Message => {
  const typed = (type: number, field: Message) =>
    Protobuf.message(field, Protobuf.integer(20, type))
  return typeof value === "number"
    ? typed(2, Protobuf.integer(3, value))
    : typeof value === "string"
      ? typed(3, Protobuf.text(4, value))
      : "float" in value
        ? typed(1, Protobuf.float(2, value.float))
        : "nodes" in value
          ? typed(5, Protobuf.nested(6, graphMessage(value)))
          : typed(7, Protobuf.repeated(8, value, Protobuf.integer))
}

const tensorMessage = ({ bytes, name, shape, type }: Tensor): Message =>
  Protobuf.message(
    Protobuf.repeated(1, shape, Protobuf.integer),
    Protobuf.integer(2, elementTypes[type]),
    Protobuf.text(8, name),
    Protobuf.bytes(9, bytes)
  )

const valueMessage = ({ name, shape, type }: ValueInfo): Message =>
  Protobuf.message(
    Protobuf.text(1, name),
    Protobuf.nested(
      2,
      Protobuf.nested(
        1,
        Protobuf.message(
          Protobuf.integer(1, elementTypes[type]),
          ...(shape === undefined ? [] : [Protobuf.nested(2, shapeMessage(shape))])
        )
      )
    )
  )

const shapeMessage = (shape: ReadonlyArray<number | null>): Message =>
  Protobuf.repeated(1, shape.entries(), (field, [axis, length]) =>
    Protobuf.nested(
      field,
      length === null
        ? Protobuf.text(2, axis === 0 ? "batch" : `length_${axis}`)
        : Protobuf.integer(1, length)
    )
  )
