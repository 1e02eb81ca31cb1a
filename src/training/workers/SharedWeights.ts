import * as tf from "../../tf.js"
import * as WasmMemoryView from "../../backends/WasmMemoryView.js"
import type { Values } from "../../data/Batch.js"
import { tensorOf, type Weight } from "../Weights.js"

/**
 * The weights of a run in memory that all threads see. Each has a version, that of the last publication
 * that has changed it.
 */
export interface SharedWeights {
  readonly memory: SharedArrayBuffer
  /** Writes what has changed since the last publication. */
  readonly publish: () => void
  /** Gives the weights of this thread the published values, where they are others. */
  readonly load: () => void
}

const align = (bytes: number) => (bytes + 15) & ~15

/** Where each weight lies, after the versions, which come first; and how many bytes there are. */
const layoutOf = (weights: ReadonlyArray<Weight>) => {
  let end = align(4 * weights.length)
  const at = weights.map((weight) => {
    const from = end
    end = align(end + 4 * tensorOf(weight).size)
    return from
  })
  return { at, bytes: end }
}

/** The memory for these weights, or what another thread has made of the same ones. */
export const make = (weights: ReadonlyArray<Weight>, memory?: SharedArrayBuffer): SharedWeights => {
  const { at, bytes } = layoutOf(weights)
  const shared = memory ?? new SharedArrayBuffer(bytes)
  const versions = new Int32Array(shared, 0, weights.length)
  const all = weights.map((weight, i) => ({
    variable: tensorOf(weight),
    values: viewOf(shared, at[i]!, tensorOf(weight)),
    /** The data that are published, or that the published ones were loaded into. */
    data: null as object | null,
    version: -1
  }))
  let publication = 0
  return {
    memory: shared,
    publish: () => {
      publication += 1
      all.forEach((one, i) => {
        if (one.variable.dataId === one.data) return
        one.values.set(read(one.variable))
        one.data = one.variable.dataId
        Atomics.store(versions, i, publication)
      })
    },
    load: () => {
      tf.tidy(() =>
        all.forEach((one, i) => {
          const version = Atomics.load(versions, i)
          const { variable } = one
          if (one.version === version && one.data === variable.dataId) return
          variable.assign(tf.tensor(own(one.values), variable.shape, variable.dtype as "float32"))
          one.data = variable.dataId
          one.version = version
        })
      )
    }
  }
}

const viewOf = (memory: SharedArrayBuffer, at: number, { dtype, size }: tf.Tensor): Values =>
  dtype === "float32" ? new Float32Array(memory, at, size) : new Int32Array(memory, at, size)

/** The numbers of a tensor, where they lie; not to be kept. */
export const read = (tensor: tf.Tensor): Values => {
  const view = tensor.dtype === "float32" ? WasmMemoryView.viewOf(tensor) : undefined
  if (view === undefined) return tensor.dataSync()
  const { buffer, byteLength, byteOffset } = view()
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}

/** Numbers that a tensor can be made of: the backend wasm copies them, others keep them. */
export const own = (values: Values): Values =>
  tf.getBackend() === "wasm" ? values : values.slice()
