import * as tf from "../../../tf.js"

/** A class of TensorFlow.js layers by its name, without making a layer, which would use up a name. */
export const classOf = (name: string): { readonly prototype: unknown } =>
  tf.serialization.SerializationMap.getMap().classNameMap[name]![0]
