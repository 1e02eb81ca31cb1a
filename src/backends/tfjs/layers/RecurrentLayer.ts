import type { GradConfig, layers, LayerVariable, Tensor, Tensor2D, Tensor3D } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { names } from "../../wasm/Recurrent.js"
import { classOf } from "./classOf.js"

/** The parts of a recurrent layer that its type hides. */
interface Layer {
  readonly cell: {
    readonly kernel: LayerVariable
    readonly recurrentKernel: LayerVariable
    readonly bias: LayerVariable | null
    readonly activation: { readonly getClassName: () => string }
    readonly recurrentActivation: { readonly getClassName: () => string }
    readonly dropout: number
    readonly recurrentDropout: number
    /** Of a GRU, see `ResetAfter`. */
    readonly resetAfter?: boolean
  } & Masked
  readonly goBackwards: boolean
  readonly returnSequences: boolean
  readonly returnState: boolean
  readonly stateful: boolean
}

/** A cell that draws its dropout masks once, and keeps them until they are null again. */
interface Masked {
  dropoutMask?: Tensor | Array<Tensor> | null
  recurrentDropoutMask?: Tensor | Array<Tensor> | null
  /** The cells that it stacks. */
  readonly cells?: ReadonlyArray<Masked>
}

type Call = layers.Layer["call"]

/**
 * Lets LSTM and GRU layers run in one kernel where the backend is WebAssembly, with their usual
 * activations and without masks, states handed in or out, or dropout within; else they run as before.
 * Lets layers over custom cells draw new dropout masks for each batch: TensorFlow.js draws
 * them once for as long as the process lives, which no checkpoint could restore.
 */
export const patch = (): void => {
  tf.registerGradient(lstmGradient)
  tf.registerGradient(gruGradient)
  for (const [className, kernelName] of [
    ["LSTM", names.lstm],
    ["GRU", names.gru]
  ] as const) {
    const prototype = classOf(className).prototype as { call: Call }
    const stock = prototype.call
    prototype.call = function (this: Layer, inputs, kwargs) {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as Tensor3D
      return isPlain(this, x, kwargs ?? {})
        ? tf.tidy(() => run(kernelName, this, x))
        : stock.call(this as never, inputs, kwargs)
    } as Call
  }
  const prototype = classOf("RNN").prototype as { call: Call }
  const stock = prototype.call
  prototype.call = function (this: Layer, inputs, kwargs) {
    clearMasks(this.cell)
    return stock.call(this as never, inputs, kwargs)
  } as Call
}

const clearMasks = (cell: Masked): void => {
  if (cell.dropoutMask != null) tf.dispose(cell.dropoutMask)
  if (cell.recurrentDropoutMask != null) tf.dispose(cell.recurrentDropoutMask)
  cell.dropoutMask = null
  cell.recurrentDropoutMask = null
  cell.cells?.forEach(clearMasks)
}

const isPlain = (layer: Layer, x: Tensor, kwargs: Parameters<Call>[1]): boolean => {
  const { activation, recurrentActivation, dropout, recurrentDropout } = layer.cell
  const gate = recurrentActivation.getClassName()
  return (
    tf.getBackend() === "wasm" &&
    x.dtype === "float32" &&
    activation.getClassName() === "tanh" &&
    (gate === "sigmoid" || gate === "hardSigmoid") &&
    kwargs["mask"] == null &&
    kwargs["initialState"] == null &&
    !layer.stateful &&
    !layer.returnState &&
    layer.cell.resetAfter !== true &&
    (kwargs["training"] !== true || (dropout === 0 && recurrentDropout === 0))
  )
}

const run = (kernelName: string, layer: Layer, x: Tensor3D): Tensor => {
  const { cell } = layer
  const kernel = cell.kernel.read()
  const inputs = {
    x: layer.goBackwards ? tf.reverse(x, 1) : x,
    kernel,
    recurrentKernel: cell.recurrentKernel.read(),
    bias: cell.bias?.read() ?? tf.zeros([kernel.shape[1]!])
  }
  const hard = cell.recurrentActivation.getClassName() === "hardSigmoid"
  const [hidden] = tf.engine().runKernel(kernelName, inputs, { hard }) as [Tensor3D]
  if (layer.returnSequences) return hidden
  const [B, T, U] = hidden.shape
  return tf.reshape(tf.slice(hidden, [0, T - 1, 0], [B, 1, U]), [B, U])
}

/** [B, T, n] as [B · T, n]. */
const rows = (tensor: Tensor): Tensor2D => tf.reshape(tensor, [-1, tensor.shape.at(-1)!])

/** The hidden states one step earlier, beginning with zeros, as rows. */
const earlier = (hidden: Tensor): Tensor2D => {
  const [B, T, U] = hidden.shape as [number, number, number]
  const before = tf.slice(hidden, [0, 0, 0], [B, T - 1, U])
  return rows(tf.concat([tf.zeros([B, 1, U]), before], 1))
}

const gradientOf = (
  kernelName: string,
  gates: (dHidden: Tensor, saved: Array<Tensor>, attrs: object) => Tensor,
  recurrent: (dGates: Tensor2D, saved: Array<Tensor>) => Tensor
): GradConfig => ({
  kernelName,
  inputsToSave: ["x", "kernel", "recurrentKernel"],
  outputsToSave: [true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [x, kernel] = saved as [Tensor, Tensor2D]
    const dGates = rows(gates((dys as Array<Tensor>)[0]!, saved, attrs))
    return {
      x: () => tf.reshape(tf.matMul(dGates, kernel, false, true), x.shape),
      kernel: () => tf.matMul(rows(x), dGates, true, false),
      recurrentKernel: () => recurrent(dGates, saved),
      bias: () => tf.sum(dGates, 0)
    }
  }
})

const lstmGradient = gradientOf(
  names.lstm,
  (dHidden, [, , recurrentKernel, , gates, cells], attrs) =>
    tf
      .engine()
      .runKernel(
        names.lstmGradient,
        { dHidden, gates, cells, recurrentKernel } as never,
        attrs as never
      ) as Tensor,
  (dGates, [, , , hidden]) => tf.matMul(earlier(hidden!), dGates, true, false)
)

const gruGradient = gradientOf(
  names.gru,
  (dHidden, [, , recurrentKernel, hidden, gates], attrs) =>
    tf
      .engine()
      .runKernel(
        names.gruGradient,
        { dHidden, gates, hidden, recurrentKernel } as never,
        attrs as never
      ) as Tensor,
  (dGates, [, , , hidden, , reset]) => {
    const [n, U] = [dGates.shape[0], hidden!.shape[2]!]
    const two = tf.slice(dGates, [0, 0], [n, 2 * U])
    const candidate = tf.slice(dGates, [0, 2 * U], [n, U])
    return tf.concat(
      [
        tf.matMul(earlier(hidden!), two, true, false),
        tf.matMul(rows(reset!), candidate, true, false)
      ],
      1
    )
  }
)
