import * as tf from "../tf.js"

type DenseArgs = Parameters<typeof tf.layers.dense>[0]
type Pair = readonly [weight: string, options: object]

/** What any layer may be given: a name, an input shape, whether it is trainable. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>

/** How the kernels and biases of a layer begin, and what holds them, as dense layers take it. */
export type WeightArgs = Pick<
  DenseArgs,
  | "kernelInitializer"
  | "biasInitializer"
  | "kernelRegularizer"
  | "biasRegularizer"
  | "kernelConstraint"
  | "biasConstraint"
>

type AddWeight = tf.layers.Layer["addWeight"]
type Initializer = Parameters<AddWeight>[3]
type Regularizer = Parameters<AddWeight>[4]
type Constraint = Parameters<AddWeight>[6]

/** The same, as values; and as `getConfig` has it. */
export interface WeightOptions {
  readonly kernelInitializer: Initializer
  readonly biasInitializer: Initializer
  readonly kernelRegularizer: Regularizer
  readonly biasRegularizer: Regularizer
  readonly kernelConstraint: Constraint
  readonly biasConstraint: Constraint
}

const keys = [
  "kernelInitializer",
  "biasInitializer",
  "kernelRegularizer",
  "biasRegularizer",
  "kernelConstraint",
  "biasConstraint"
] as const

/**
 * Reads such options: TensorFlow.js exports nothing that makes an initializer of its name, but a dense
 * layer does it.
 */
export const weightOptions = (
  args: WeightArgs
): { readonly options: WeightOptions; readonly config: tf.serialization.ConfigDict } => {
  const given = Object.fromEntries(
    keys.flatMap((key): ReadonlyArray<Pair> =>
      args[key] == null ? [] : [[key, args[key] as object]]
    )
  )
  // With a name of its own it does not use up a number.
  const dense = tf.layers.dense({ ...given, units: 1, name: "options" })
  const config = dense.getConfig()
  return {
    options: dense as unknown as WeightOptions,
    config: Object.fromEntries(keys.map((key) => [key, config[key]!]))
  }
}
