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
 * activations and without states handed in or out, or dropout within; else they run as before.
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
        ? tf.tidy(() => run(kernelName, this, x, kwargs?.["mask"] as Tensor | null | undefined))
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
    (kwargs["mask"] == null || (kwargs["mask"] as Tensor).rank === 2) &&
    kwargs["initialState"] == null &&
    !layer.stateful &&
    !layer.returnState &&
    layer.cell.resetAfter !== true &&
    (kwargs["training"] !== true || (dropout === 0 && recurrentDropout === 0))
  )
}

const run = (
  kernelName: string,
  layer: Layer,
  inputs: Tensor3D,
  mask: Tensor | null | undefined
): Tensor => {
  const x: Tensor3D = layer.goBackwards ? tf.reverse(inputs, 1) : inputs
  if (mask == null) {
    const hidden = states(kernelName, layer, x)
    if (layer.returnSequences) return hidden
    const [B, T, U] = hidden.shape
    return tf.reshape(tf.slice(hidden, [0, T - 1, 0], [B, 1, U]), [B, U])
  }
  const [B, T] = x.shape
  const counts = tf.cast(layer.goBackwards ? tf.reverse(mask, 1) : mask, "int32") as Tensor2D
  const { after, order } = places(counts)
  const kept: Tensor3D = tf.reshape(tf.gather(rows(x), order), x.shape)
  const hidden = states(kernelName, layer, kept)
  const U = hidden.shape[2]
  const all = rows(tf.concat([tf.zeros([B, 1, U]), hidden], 1))
  return layer.returnSequences
    ? tf.reshape(tf.gather(all, tf.reshape(after, [B * T])), [B, T, U])
    : tf.gather(all, tf.reshape(tf.slice(after, [0, T - 1], [B, 1]), [B]))
}

/**
 * A masked step leaves the state as it was, so only the others are computed, one after another: `order` has, among all
 * rows, those that count, first; `after` the row of the state after each step, of which each example has one more than
 * steps, the first being zeros.
 */
const places = (counts: Tensor2D) => {
  const [B, T] = counts.shape
  const before = tf.cumsum(counts, 1)
  const example = tf.reshape(tf.range(0, B, 1, "int32"), [B, 1])
  const after = tf.add(before, tf.mul(example, tf.scalar(T + 1, "int32"))) as Tensor2D
  // Where each step goes: masked ones add nothing to the place that they share with another.
  const target = tf.maximum(tf.sub(before, tf.scalar(1, "int32")), tf.scalar(0, "int32"))
  const indices = tf.stack([tf.tile(example, [1, T]), target], 2)
  const steps = tf.mul(tf.tile(tf.range(0, T, 1, "int32").reshape([1, T]), [B, 1]), counts)
  const from = tf.scatterND(
    tf.reshape(indices, [B * T, 2]) as Tensor2D,
    tf.reshape(steps, [B * T]),
    [B, T]
  )
  const order = tf.reshape(tf.add(from, tf.mul(example, tf.scalar(T, "int32"))), [B * T])
  return { after, order: tf.cast(order, "int32") as tf.Tensor1D }
}

/** The states after all steps. */
const states = (kernelName: string, layer: Layer, x: Tensor3D): Tensor3D => {
  const { cell } = layer
  const kernel = cell.kernel.read()
  const inputs = {
    x,
    kernel,
    recurrentKernel: cell.recurrentKernel.read(),
    bias: cell.bias?.read() ?? tf.zeros([kernel.shape[1]!])
  }
  const hard = cell.recurrentActivation.getClassName() === "hardSigmoid"
  const [hidden] = tf.engine().runKernel(kernelName, inputs, { hard }) as [Tensor3D]
  return hidden
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
  outputsToSave: [true, true, true, true],
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
  (dHidden, [, , recurrentKernel, , gates, cells, squashed], attrs) =>
    tf
      .engine()
      .runKernel(
        names.lstmGradient,
        { dHidden, gates, cells, squashed, recurrentKernel } as never,
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
