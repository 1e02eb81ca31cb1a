import * as tf from "../../../tf.js"
import { t } from "../../../language/Text.js"
import { BackendError } from "../../BackendError.js"

type Factory = (args?: { readonly name?: string; readonly activityRegularizer?: unknown }) => object

/**
 * Refuses activity regularizers by the layer's name. TensorFlow.js has none: some layers throw when they
 * are applied, recurrent and wrapped ones silently leave the penalty out.
 */
export const patch = (): void => {
  const factories = tf.layers as unknown as Record<string, Factory>
  for (const [name, stock] of Object.entries(factories)) {
    if (!/^[a-z]/.test(name)) continue
    factories[name] = (args) => {
      if (args?.activityRegularizer == null) return stock(args)
      throw new BackendError({
        reason: "Untrainable",
        subject: args.name === undefined ? `tf.layers.${name}` : `"${args.name}" (${name})`,
        detail: t`TensorFlow.js cannot add the penalty of an activityRegularizer to the loss; use a regularizer of the weights (kernelRegularizer), or add it to the loss of a custom Objective`
      })
    }
  }
}
