import { t } from "../../language/Text.js"
import type * as tf from "../../tf.js"
import type { ModelConfig } from "../../training/ModelConfig.js"
import { ExportError } from "../ExportError.js"

/** `[name, node, tensor, …]`: a tensor by the layer that makes it. */
type History = readonly [string, number, number, ...ReadonlyArray<unknown>]

interface Node {
  readonly inputTensors: ReadonlyArray<tf.SymbolicTensor>
}

/** What a layer is called with in Keras, for one of its uses. */
type Call = (
  tensors: ReadonlyArray<object>,
  config: tf.serialization.ConfigDict,
  node: Node
) => { readonly args: ReadonlyArray<object>; readonly kwargs: ModelConfig }

/** Layers that Keras calls with more than their inputs, where ours have options. */
const calls: Readonly<Record<string, Call>> = {
  MultiHeadAttention: ([query, value = query, ...key], { useCausalMask }) => ({
    args: [query!, value!, ...key],
    kwargs: { use_causal_mask: useCausalMask }
  }),
  ReversibleEmbedding: (args, _, { inputTensors }) => ({
    args,
    kwargs: { reverse: inputTensors[0]!.shape.length === 3 }
  })
}

/** A layer as Keras 3 reads it, `written`, with the arguments that it is called with there. */
export const withCalls = (
  written: ModelConfig,
  layer: tf.layers.Layer,
  isSequential: boolean
): ModelConfig => {
  const className = layer.getClassName()
  const call = calls[className]
  if (call === undefined) return written
  const own = layer.getConfig()
  if (own["useAttentionMask"] === true) {
    refuse(layer, t`takes its mask as an input, which Keras takes otherwise; export as ONNX`)
  }
  if (isSequential && className === "MultiHeadAttention") {
    refuse(
      layer,
      t`is in a sequential model, where Keras cannot call it; make the model with tf.model`
    )
  }
  const nodes = written["inbound_nodes"] as ReadonlyArray<ReadonlyArray<History>> | undefined
  return nodes === undefined
    ? written
    : {
        ...written,
        inbound_nodes: nodes.map((histories, i) => {
          const node = layer.inboundNodes[i]!
          const tensors = histories.map(([name, at, tensor], j) =>
            tensorOf(node.inputTensors[j]!, [name, at, tensor])
          )
          return call(tensors, own, node)
        })
      }
}

const tensorOf = ({ dtype, shape }: tf.SymbolicTensor, history: History) => ({
  class_name: "__keras_tensor__",
  config: { shape, dtype, keras_history: history }
})

const refuse = (layer: tf.layers.Layer, detail: string): never => {
  const subject = `"${layer.name}" (${layer.getClassName()})`
  throw new ExportError({ reason: "Layer", subject, detail })
}
