import type { LayerVariable, Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { t } from "../../../language/Text.js"
import { classOf } from "./classOf.js"

/** The parts of a GRU cell that its type hides. */
interface Cell {
  readonly units: number
  useBias: boolean
  resetAfter?: boolean
  readonly kernel: LayerVariable
  readonly recurrentKernel: LayerVariable
  bias: LayerVariable | null
  readonly activation: { readonly apply: (x: Tensor) => Tensor }
  readonly recurrentActivation: { readonly apply: (x: Tensor) => Tensor }
  readonly biasInitializer: unknown
  readonly biasRegularizer: unknown
  readonly biasConstraint: unknown
  readonly dropout: number
  readonly recurrentDropout: number
  readonly addWeight: (...options: ReadonlyArray<unknown>) => LayerVariable
}

interface Prototype {
  build: (this: Cell, inputShape: unknown) => void
  call: (this: Cell, inputs: [Tensor, Tensor], kwargs: object) => Array<Tensor>
  getConfig: (this: Cell) => object
}

type Arguments = Readonly<Record<string, unknown>>
type FromConfig = (cls: unknown, config: Arguments) => { cell?: Cell; resetAfter?: boolean }

type Factory = (args: Arguments) => object

/**
 * Lets `tf.layers.gru` and `gruCell` take `resetAfter: true`, which TensorFlow.js refuses: the form of a GRU
 * that PyTorch computes, and Keras by default since version 2. The reset gate applies after the product with
 * the recurrent kernel, and there are two biases, [2, 3 · units]:
 *
 *   h' = tanh(W x + b + r ⊙ (U h + c)), instead of tanh(W x + b + U (r ⊙ h))
 */
export const patch = (): void => {
  const cell = classOf("GRUCell").prototype as Prototype
  const stock = { build: cell.build, call: cell.call, getConfig: cell.getConfig }
  cell.build = function (inputShape) {
    if (this.resetAfter !== true) return stock.build.call(this, inputShape)
    const { useBias } = this
    this.useBias = false
    stock.build.call(this, inputShape)
    this.useBias = useBias
    if (!useBias) return
    const { biasConstraint, biasInitializer, biasRegularizer, units } = this
    const shape = [2, 3 * units]
    this.bias = this.addWeight("bias", shape, null, biasInitializer, biasRegularizer, true, biasConstraint) // prettier-ignore
  }
  cell.call = function (inputs, kwargs) {
    return this.resetAfter === true
      ? tf.tidy(() => step(this, inputs))
      : stock.call.call(this, inputs, kwargs)
  }
  cell.getConfig = function () {
    return { ...stock.getConfig.call(this), resetAfter: this.resetAfter === true }
  }
  for (const [className, factory] of [
    ["GRU", "gru"],
    ["GRUCell", "gruCell"]
  ] as const) {
    // The map holds the class, and the function that layers are made of their configs by.
    const { classNameMap } = tf.serialization.SerializationMap.getMap()
    const [owner, fromConfig] = classNameMap[className]! as unknown as [object, FromConfig]
    const patched: FromConfig = (cls, config) =>
      withResetAfter(config, (rest) => fromConfig(cls, rest))
    classNameMap[className] = [owner, patched] as never
    const factories = tf.layers as unknown as Record<string, Factory>
    const made = factories[factory]!
    factories[factory] = (args) => withResetAfter(args, made)
  }
}

const withResetAfter = <A extends object>(
  { resetAfter, ...rest }: Arguments,
  make: (rest: Arguments) => A
): A => {
  const made = make(rest) as A & { readonly cell?: Cell }
  if (resetAfter !== true) return made
  const cell = made.cell ?? (made as unknown as Cell)
  if (cell.dropout > 0 || cell.recurrentDropout > 0) {
    throw new Error(
      t`a GRU with resetAfter has no dropout of its own; put a dropout layer before it`
    )
  }
  cell.resetAfter = true
  return made
}

const step = (cell: Cell, [x, h]: [Tensor, Tensor]): Array<Tensor> => {
  const bias = cell.useBias ? tf.unstack(cell.bias!.read()) : [tf.scalar(0), tf.scalar(0)]
  const input = tf.add(tf.matMul(x as tf.Tensor2D, cell.kernel.read() as tf.Tensor2D), bias[0]!)
  const hidden = tf.add(
    tf.matMul(h as tf.Tensor2D, cell.recurrentKernel.read() as tf.Tensor2D),
    bias[1]!
  )
  const [inputZ, inputR, inputH] = tf.split(input, 3, 1) as [Tensor, Tensor, Tensor]
  const [hiddenZ, hiddenR, hiddenH] = tf.split(hidden, 3, 1) as [Tensor, Tensor, Tensor]
  const z = cell.recurrentActivation.apply(tf.add(inputZ, hiddenZ))
  const r = cell.recurrentActivation.apply(tf.add(inputR, hiddenR))
  const candidate = cell.activation.apply(tf.add(inputH, tf.mul(r, hiddenH)))
  const next = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate))
  return [next, next]
}
