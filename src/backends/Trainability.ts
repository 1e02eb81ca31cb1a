import type { layers, LayersModel, Shape, Tensor, Variable } from "../tf.js"
import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import { BackendError } from "./BackendError.js"
import * as LayerStates from "./tfjs/layers/LayerStates.js"
import * as Device from "./webgpu/Device.js"

/**
 * Tries one training step, without an update, on an example of ones. What a layer cannot do on this
 * backend throws there: kernels known to be wrong are patched or not registered at all. Only if the
 * complete model fails is each layer tried by itself, for its name.
 */
export const checkTrainable =
  (backend: string) =>
  (model: LayersModel): Effect.Effect<void, BackendError> =>
    Effect.gen(function* () {
      const failure = yield* tried(backend, () => tryModel(model))
      if (failure === undefined) return
      const culprit = yield* culpritOf(backend, model)
      return yield* new BackendError({
        reason: "Untrainable",
        subject: culprit === undefined ? model.name : describe(culprit.layer),
        detail: explain(backend, culprit?.failure ?? failure)
      })
    }).pipe(Effect.withSpan("Backend.checkTrainable"))

/** What goes wrong in `attempt`. A GPU does not throw, so it is asked. */
const tried = (
  backend: string,
  attempt: () => string | undefined
): Effect.Effect<string | undefined> =>
  backend === "webgpu" ? Device.objectionTo(attempt) : Effect.sync(attempt)

/** The first layer that cannot be trained by itself, each in turn. */
const culpritOf = Effect.fnUntraced(function* (backend: string, model: LayersModel) {
  for (const layer of model.layers) {
    if (layer.getClassName() === "InputLayer") continue
    const failure = yield* tried(backend, () => tryLayer(layer))
    if (failure !== undefined) return { layer, failure }
  }
  return undefined
})

const describe = (layer: layers.Layer): string => `"${layer.name}" (${layer.getClassName()})`

const explain = (backend: string, message: string): string => {
  const kernel = /Kernel '(\w+)' not registered/.exec(message)?.[1]
  return kernel === undefined
    ? t`${message.replace(/[.\s]+$/, "")}; use another layer`
    : t`the backend ${backend} has no kernel ${kernel}; use another layer, or another backend`
}

const tryModel = (model: LayersModel): string | undefined =>
  attempt(model, [], () => {
    const inputs = model.inputs.map(({ shape, dtype }) =>
      tf.ones(filled(shape), dtype as "float32")
    )
    return model.apply(inputs, { training: true }) as Tensor | Array<Tensor>
  })

/** The layer by itself; the gradient of its inputs is wanted, too, where a layer below learns. */
const tryLayer = (layer: layers.Layer): string | undefined =>
  tf.tidy(() => {
    const [node] = layer.inboundNodes
    const shapes = (node?.inputShapes ?? []) as ReadonlyArray<Shape>
    const inputs = shapes.map((shape, i) =>
      tf.ones(filled(shape), node!.inputTensors[i]!.dtype as "float32")
    )
    return attempt(
      layer,
      learnsBelow(layer) ? inputs : [],
      () => layer.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: true }) as Tensor
    )
  })

/** Whether a layer that a layer's inputs come from has weights to train. */
const learnsBelow = (layer: layers.Layer, seen = new Set<layers.Layer>()): boolean =>
  (layer.inboundNodes[0]?.inboundLayers ?? []).some((below) => {
    if (seen.has(below)) return false
    seen.add(below)
    return below.trainableWeights.length > 0 || learnsBelow(below, seen)
  })

/** One example; a length that is open is 16. */
const filled = (shape: Shape): Array<number> =>
  shape.map((length, axis) => length ?? (axis === 0 ? 1 : 16))

/**
 * What went wrong in a forward and a backward pass; undefined if nothing did. Weights, which batch
 * normalisation changes in passing, hidden states and `Math.random` are as before afterwards.
 */
const attempt = (
  owner: LayersModel | layers.Layer,
  inputs: ReadonlyArray<Tensor>,
  forward: () => Tensor | Array<Tensor>
): string | undefined => {
  const weights = owner.weights.map((weight) => weight.read() as Variable)
  const kept = weights.map((weight) => weight.clone())
  const putStatesBack = LayerStates.setAside(LayerStates.statefulLayers(owner))
  const random = Math.random
  Math.random = () => 0.5
  try {
    return tf.tidy(() => {
      const trainable = owner.trainableWeights.map((weight) => weight.read())
      const objective = () => tf.addN([forward()].flat().map((y) => tf.sum(tf.square(y))))
      const { grads } = tf.engine().gradients(objective, [...inputs, ...trainable], undefined, true)
      const lost = trainable.findIndex((_, i) => !grads[inputs.length + i])
      return lost === -1
        ? undefined
        : t`no gradient reaches its weight ${owner.trainableWeights[lost]!.originalName}`
    })
  } catch (error) {
    if (error instanceof BackendError) throw error
    return (error as Error).message
  } finally {
    Math.random = random
    putStatesBack()
    weights.forEach((weight, i) => {
      weight.assign(kept[i]!)
      kept[i]!.dispose()
    })
  }
}
