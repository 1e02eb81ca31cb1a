import type { TensorInfo } from "../../tf.js"
import { type Kernels, kernel, type Tools } from "./Kernel.js"
import { scratchBytes } from "./MatMul.js"

/** The names of the kernels; what surrounds them stands in `../layers/Recurrent`. */
export const names = {
  lstm: "HoldfastLstm",
  lstmGradient: "HoldfastLstmGradient",
  gru: "HoldfastGru",
  gruGradient: "HoldfastGruGradient"
} as const

interface Gates {
  /** Whether the gates' activation is the hard sigmoid. */
  readonly hard: boolean
}

/**
 * Recurrent layers over all steps, and their gradients by the gates before their activations. TensorFlow.js
 * takes thousands of operations for the same.
 *
 * Forward: x [B, T, D], kernel [D, nU], recurrentKernel [U, nU] and bias [nU] to the hidden states
 * [B, T, U], the gates [B, T, nU], and the cells and their hyperbolic tangents (LSTM) or the reset states (GRU) [B, T, U].
 */
export const kernels = (tools: Tools): Kernels => ({
  [names.lstm]: kernel<Inputs, Gates>(({ inputs, attrs }) => {
    const { heap, simd } = tools
    const { gates, hidden, memory, B, T, U } = begin(tools, inputs, 4)
    const R = heap.address(inputs.recurrentKernel)
    const squashed = heap.output([B, T, U])
    heap.withScratch(panelBytes(U, 4 * U) + scratchBytes(simd, U), (scratch) => {
      simd.packMatrix(R, scratch, U, 4 * U, 16 * U, 4)
      const [g, h, c, s] = [gates, hidden, memory, squashed].map(heap.address)
      const sizes = [B, T, U, Number(attrs.hard), scratch + panelBytes(U, 4 * U)]
      simd.lstm(g!, scratch, h!, c!, s!, ...sizes)
    })
    return [hidden, gates, memory, squashed]
  }),
  [names.lstmGradient]: kernel<
    "dHidden" | "gates" | "cells" | "squashed" | "recurrentKernel",
    Gates
  >(({ inputs, attrs }) => {
    const { heap, simd } = tools
    const { dHidden, gates, cells, squashed, recurrentKernel } = inputs
    const [B, T, U] = dHidden.shape as Shape3
    const out = heap.output(gates.shape)
    const panels = panelBytes(4 * U, U)
    heap.withScratch(panels + 8 * B * U + scratchBytes(simd, 4 * U), (scratch) => {
      simd.packMatrix(heap.address(recurrentKernel), scratch, 4 * U, U, 4, 16 * U)
      const [dh, g, c, s] = [dHidden, gates, cells, squashed].map(heap.address)
      const carryH = scratch + panels
      const carryC = carryH + 4 * B * U
      const sizes = [B, T, U, Number(attrs.hard), carryC + 4 * B * U]
      simd.lstmGradient(dh!, g!, c!, s!, scratch, heap.address(out), carryH, carryC, ...sizes)
    })
    return out
  }),
  [names.gru]: kernel<Inputs, Gates>(({ inputs, attrs }) => {
    const { heap, simd } = tools
    const { gates, hidden, memory, B, T, U } = begin(tools, inputs, 3)
    const R = heap.address(inputs.recurrentKernel)
    const [first, second] = [panelBytes(U, 2 * U), panelBytes(U, U)]
    heap.withScratch(first + second + scratchBytes(simd, U), (scratch) => {
      simd.packMatrix(R, scratch, U, 2 * U, 12 * U, 4)
      simd.packMatrix(R + 8 * U, scratch + first, U, U, 12 * U, 4)
      const [g, h, r] = [gates, hidden, memory].map(heap.address)
      const sizes = [B, T, U, Number(attrs.hard), scratch + first + second]
      simd.gru(g!, scratch, scratch + first, h!, r!, ...sizes)
    })
    return [hidden, gates, memory]
  }),
  [names.gruGradient]: kernel<"dHidden" | "gates" | "hidden" | "recurrentKernel", Gates>(
    ({ inputs, attrs }) => {
      const { heap, simd } = tools
      const { dHidden, gates, hidden, recurrentKernel } = inputs
      const [B, T, U] = dHidden.shape as Shape3
      const out = heap.output(gates.shape)
      const R = heap.address(recurrentKernel)
      const [first, second] = [panelBytes(2 * U, U), panelBytes(U, U)]
      heap.withScratch(first + second + 8 * B * U + scratchBytes(simd, 2 * U), (scratch) => {
        simd.packMatrix(R, scratch, 2 * U, U, 4, 12 * U)
        simd.packMatrix(R + 8 * U, scratch + first, U, U, 4, 12 * U)
        const [dh, g, h, dg] = [dHidden, gates, hidden, out].map(heap.address)
        const carry = scratch + first + second
        const dReset = carry + 4 * B * U
        const sizes = [B, T, U, Number(attrs.hard), dReset + 4 * B * U]
        simd.gruGradient(dh!, g!, h!, scratch, scratch + first, dg!, carry, dReset, ...sizes)
      })
      return out
    }
  )
})

type Inputs = "x" | "kernel" | "recurrentKernel" | "bias"
type Shape3 = [number, number, number]

/** The bytes of a matrix [K, N] in panels. */
const panelBytes = (K: number, N: number): number => Math.ceil(N / 8) * K * 32

/** The outputs, of which the gates hold x · kernel + bias already. */
const begin = (
  { heap, simd }: Tools,
  { x, kernel, recurrentKernel, bias }: Readonly<Record<Inputs, TensorInfo>>,
  count: 3 | 4
) => {
  const [B, T, D] = x.shape as Shape3
  const U = recurrentKernel.shape[0]!
  const N = count * U
  const [gates, hidden, memory] = [[N], [U], [U]].map(([n]) => heap.output([B, T, n!])) as [
    TensorInfo,
    TensorInfo,
    TensorInfo
  ]
  const [X, W, b, G] = [x, kernel, bias, gates].map(heap.address)
  simd.repeat(b!, G!, N, B * T)
  heap.withScratch(simd.MATMUL_SCRATCH.value, (scratch) =>
    simd.matmul(X!, W!, G!, B * T, N, D, D * 4, 4, N * 4, 4, N * 4, 1, scratch)
  )
  return { gates, hidden, memory, B, T, U }
}
