import type { KernelBackend, Tensor, TensorInfo } from "../../../tf.js"
import * as tf from "../../../tf.js"

/** An operation that a gradient may pass through. */
export interface TapeNode {
  readonly id: number
  readonly kernelName: string
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly outputs: ReadonlyArray<Tensor>
  readonly saved: ReadonlyArray<Tensor>
  gradient?: (dys: Array<Tensor | null>) => Readonly<Record<string, () => Tensor>>
}

/** Tensors that are disposed of at the end of a `tidy`. */
interface Scope {
  readonly id: number
  readonly name: string
  readonly track: Array<Tensor & { readonly kept: boolean; scopeId?: number }>
}

export type GradFunc = (
  dy: Tensor | Array<Tensor | null>,
  saved: ReadonlyArray<Tensor>,
  attrs: object
) => Readonly<Record<string, () => Tensor>>

/** What is used of TensorFlow.js' engine, which hides it. */
export interface Engine {
  readonly state: {
    readonly profiling: boolean
    kernelDepth: number
    readonly gradientDepth: number
    nextTapeNodeId: number
    activeTape: Array<TapeNode> | null
    activeScope: Scope | null
    readonly scopeStack: Array<Scope>
  }
  readonly ENV: { readonly flags: Readonly<Record<string, unknown>> }
  readonly backendName: string
  readonly backend: KernelBackend
  readonly makeTensorFromTensorInfo: (info: TensorInfo) => Tensor
  readonly track: (tensor: Tensor) => Tensor
  readonly startScope: (name?: string) => void
  readonly startTape: () => void
  readonly endTape: () => void
  clone: (x: Tensor) => Tensor
  runKernel: (
    name: string,
    inputs: Readonly<Record<string, Tensor>>,
    attrs: object
  ) => Tensor | Array<Tensor>
  addTapeNode: (
    kernelName: string,
    inputs: Readonly<Record<string, Tensor>>,
    outputs: ReadonlyArray<Tensor>,
    gradients: GradFunc | null,
    saved: ReadonlyArray<Tensor>,
    attrs: object
  ) => void
  endScope: (result?: unknown) => void
  tidy: <A>(nameOrBody: string | (() => A), body?: () => A) => A
  gradients: (
    f: () => Tensor,
    xs: ReadonlyArray<Tensor>,
    dy?: Tensor,
    allowNoGradients?: boolean
  ) => { readonly value: Tensor; readonly grads: ReadonlyArray<Tensor> }
}

export const engine = (): Engine => tf.engine() as unknown as Engine
