import { readFileSync } from "node:fs"
import { WebAssembly, type SharedMemory } from "../../backends/wasm/WebAssembly.js"
import { tensorOf, type Weight } from "../Weights.js"

/**
 * Memory that all threads see, for the gradients of shards: a slot holds those of all trained weights. A
 * kernel adds slots up.
 */
export interface GradientSlots {
  readonly memory: SharedMemory
  /** How many slots there are, and the address of each. */
  readonly addresses: ReadonlyArray<number>
  /** The sum of slots, in order, for one trained weight: a view of the first slot, which it overwrites. */
  readonly sum: (slots: ReadonlyArray<number>, weight: number) => Float32Array
}

const page = 65536
const align = (bytes: number) => (bytes + 15) & ~15

/** Where the gradient of each trained weight lies in a slot; and how many bytes a slot has. */
export const layoutOf = (trained: ReadonlyArray<Weight>) => {
  let bytes = 0
  const at = trained.map((weight) => {
    const from = bytes
    bytes = align(bytes + 4 * tensorOf(weight).size)
    return from
  })
  return { at, bytes }
}

/** The most that a WebAssembly memory can hold. */
const most = 65536 * page

/** Room for so many slots; null: more than a memory can hold. */
export const make = (trained: ReadonlyArray<Weight>, count: number): GradientSlots | null => {
  const { at, bytes } = layoutOf(trained)
  // Before the slots lie the addresses of those that are added.
  const first = align(4 * count)
  const total = first + count * bytes
  if (total > most) return null
  const pages = Math.ceil(total / page)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const { exports } = new WebAssembly.Instance(module(), { env: { memory } })
  const { sum } = exports as {
    readonly sum: (out: number, slots: number, count: number, n: number) => void
  }
  const table = new Uint32Array(memory.buffer, 0, count)
  return {
    memory,
    addresses: Array.from({ length: count }, (_, i) => first + i * bytes),
    sum: (slots, weight) => {
      const n = tensorOf(trained[weight]!).size
      slots.forEach((slot, i) => (table[i] = slot + at[weight]!))
      const out = slots[0]! + at[weight]!
      if (slots.length > 1) sum(out, 0, slots.length, n)
      return new Float32Array(memory.buffer, out, n)
    }
  }
}

let compiled: object | undefined
const module = (): object =>
  (compiled ??= new WebAssembly.Module(
    readFileSync(new URL("../../../dist/shared-kernels.wasm", import.meta.url))
  ))
