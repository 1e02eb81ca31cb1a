import * as tf from "../../../tf.js"

type Layer = tf.layers.Layer
type Kwargs = Record<string | symbol, unknown> | undefined

/** Marks the object that a model hands from layer to layer. */
const Shared: unique symbol = Symbol("holdfast/StaleMasks")

/**
 * Has a layer see the mask of its own input: TensorFlow.js writes each mask into one object that all layers of a model
 * are called with, and leaves it there for those whose inputs have none. An LSTM in a branch without padding would skip
 * the steps that another branch masks. A model inside of another that was given a mask hands it on as before.
 */
export const patch = (): void => {
  const layer = tf.layers.Layer.prototype as unknown as { apply: Layer["apply"] }
  const apply = layer.apply
  layer.apply = function (this: Layer, inputs, kwargs) {
    const output = apply.call(this, inputs, kwargs)
    const shared = kwargs as Kwargs
    if (shared?.[Shared] === true && shared["mask"] !== undefined) delete shared["mask"]
    return output
  }
  const container = Object.getPrototypeOf(tf.LayersModel.prototype) as { call: Layer["call"] }
  const call = container.call
  container.call = function (this: Layer, inputs, kwargs) {
    const given = kwargs as Kwargs
    const own = given?.["mask"] == null ? { ...given, [Shared]: true } : given
    return call.call(this, inputs, own as never)
  }
}
