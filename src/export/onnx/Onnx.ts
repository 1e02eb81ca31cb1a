import type * as tf from "../../tf.js"
import { layersIn } from "../../backends/tfjs/layers/InnerLayers.js"
import { inputNamesOf, outputNamesOf } from "../../training/BatchTensors.js"
import { t } from "../../language/Text.js"
import { ExportError } from "../ExportError.js"
import type { ModelWeights } from "../ModelWeights.js"
import { attention } from "./attention.js"
import { convolutions } from "./convolutions.js"
import { GraphBuilder, Unsupported, type Shape, type Value } from "./GraphBuilder.js"
import type { LayerInput, LayerWriter } from "./LayerWriter.js"
import { masks } from "./masks.js"
import * as OnnxModel from "./OnnxModel.js"
import { recurrents } from "./recurrent.js"
import { shaping } from "./shaping.js"
import { traced } from "./traced.js"

type Layer = tf.layers.Layer

const writers: Readonly<Record<string, LayerWriter>> = {
  ...shaping,
  ...convolutions,
  ...recurrents,
  ...attention,
  ...masks
}

/** How a model is written. */
export interface Options {
  /** Stores the larger weights as bytes with a scale for each output channel. */
  readonly int8: boolean
  /** What the file says beside the graph. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * A model in inference as a graph of ONNX. Its inputs and outputs have the names and shapes of the
 * model's, "input" and "output" where there is one; the batch may have any size.
 *
 * Throws an `ExportError` that names the first layer which cannot be written.
 */
export const toOnnx = (
  model: tf.LayersModel,
  weights: ModelWeights,
  { int8, metadata }: Options
): OnnxModel.OnnxModel => {
  const builder = new GraphBuilder({ int8 })
  const inputs = inputsOf(model, builder)
  const writer = new ModelWriter(builder, weights, paths(model))
  const outputs = writer.model(model as never, inputs)
  builder.enter("")
  const names = model.outputs.length === 1 ? ["output"] : outputNamesOf(model)
  const named = outputs.map(({ shape, ...value }, i) => {
    const name = builder.name(names[i]!)
    const result = builder.last({ shape, ...value })
    builder.nodes.push({
      operator: "Identity",
      name,
      inputs: [result],
      outputs: [name],
      attributes: {}
    })
    // TensorFlow.js gives wrong lengths to causal convolutions: only the last one is said.
    const lengths = shape.map((length, axis) =>
      axis === shape.length - 1 && axis > 0 ? length : null
    )
    return { name, type: "float32" as const, shape: lengths }
  })
  return {
    graph: builder.graph(
      "model",
      inputs.map(({ last, shape }, i) => ({
        name: last!,
        type: model.inputs[i]!.dtype === "int32" ? ("int32" as const) : ("float32" as const),
        shape: [null, ...shape.slice(1)]
      })),
      named
    ),
    metadata
  }
}

const inputsOf = (model: tf.LayersModel, builder: GraphBuilder): ReadonlyArray<Value> => {
  const names = model.inputs.length === 1 ? ["input"] : inputNamesOf(model)
  return model.inputs.map(({ shape }, i) => ({ shape, last: builder.name(names[i]!) }))
}

const paths = (model: tf.LayersModel): ReadonlyMap<Layer, string> =>
  new Map(layersIn(model).map(({ layer, path }) => [layer, path]))

/** Follows the graph of layers, each of which it writes once for each of its uses. */
class ModelWriter {
  constructor(
    private readonly builder: GraphBuilder,
    private readonly weights: ModelWeights,
    private readonly paths: ReadonlyMap<Layer, string>
  ) {}

  model(model: tf.LayersModel, inputs: ReadonlyArray<Value>): ReadonlyArray<Value> {
    const known = new Map(model.inputs.map(({ id }, i) => [id, inputs[i]!]))
    const valueOf = (tensor: tf.SymbolicTensor): Value => {
      const found = known.get(tensor.id)
      if (found !== undefined) return found
      const node = tensor.sourceLayer.inboundNodes[tensor.nodeIndex]!
      const before = node.inputTensors.map(valueOf)
      const outputs = this.layer(
        tensor.sourceLayer,
        before,
        node.outputTensors.map(({ shape }) => shape)
      )
      node.outputTensors.forEach(({ id }, i) => known.set(id, outputs[i]!))
      return known.get(tensor.id)!
    }
    return model.outputs.map(valueOf)
  }

  layer(
    layer: Layer,
    inputs: ReadonlyArray<Value>,
    shapes: ReadonlyArray<Shape>
  ): ReadonlyArray<Value> {
    if ("layers" in layer) return this.model(layer as never, inputs)
    const path = this.paths.get(layer) ?? layer.name
    const className = layer.getClassName()
    this.builder.enter(path)
    const given: LayerInput = {
      builder: this.builder,
      layer,
      config: layer.getConfig(),
      inputs,
      input: inputs[0]!,
      shape: shapes[0]!,
      weightsOf: (one) =>
        Object.fromEntries(
          one.weights.map((variable) => [
            variable.originalName.split("/").at(-1)!,
            this.weights.get(variable)!
          ])
        ),
      write: (inner, input, shape) => this.layer(inner, [input], [shape])[0]!
    }
    try {
      const written = Object.hasOwn(writers, className)
        ? writers[className]!(given)
        : traced(given, shapes, this.weights)
      return [written].flat() as ReadonlyArray<Value>
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
      throw new ExportError({
        reason: "Layer",
        subject: `"${path}" (${className})`,
        detail: error.message
      })
    }
  }
}

/** The parts of the file of such a model, in order. */
export const encoded = (
  model: tf.LayersModel,
  weights: ModelWeights,
  options: Pick<Options, "int8" | "metadata">
): ReadonlyArray<Uint8Array> => {
  const { parts, size } = OnnxModel.encode(toOnnx(model, weights, options))
  if (size <= largest) return parts
  throw new ExportError({
    reason: "Model",
    subject: "ONNX",
    detail: t`the model takes more than 2 GiB, which a file of ONNX cannot hold; export it with int8, or as safetensors`
  })
}

/** A message of Protocol Buffers has an end. */
const largest = 2 ** 31 - 1
