import type { Sized, Values } from "../../data/Batch.js"

/** A batch whose arrays lie in shared memory. Everything else is cloned. */
export interface Packed {
  readonly fields: unknown
  readonly memory: SharedArrayBuffer
}

const kinds = {
  Float32Array,
  Int32Array,
  Uint8Array,
  Float64Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Uint16Array
}
type Kind = keyof typeof kinds

/** An array in shared memory. */
interface Placed {
  readonly holdfastArray: Kind
  readonly at: number
  readonly length: number
}

/** Packs batches one after the other into the same memory, which grows as they do. */
export interface Packer {
  /** The batch before it is overwritten. Throws where a batch holds what no other thread can see. */
  readonly pack: (batch: Sized) => Packed
}

const align = (bytes: number) => (bytes + 15) & ~15

export const makePacker = (): Packer => {
  let memory = new SharedArrayBuffer(0)
  return {
    pack: (batch) => {
      const arrays: Array<{ readonly array: Values; readonly at: number }> = []
      let end = 0
      const place = (value: unknown): unknown => {
        if (ArrayBuffer.isView(value)) {
          const array = value as Values
          const kind = array.constructor.name as Kind
          if (!(kind in kinds)) return value
          const placed: Placed = { holdfastArray: kind, at: end, length: array.length }
          arrays.push({ array, at: end })
          end = align(end + array.byteLength)
          return placed
        }
        if (typeof value !== "object" || value === null || Array.isArray(value)) return value
        return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, place(one)]))
      }
      const fields = place(batch)
      if (memory.byteLength < end) memory = new SharedArrayBuffer(align(Math.ceil(end * 1.25)))
      const bytes = new Uint8Array(memory)
      for (const { array, at } of arrays) {
        bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
      }
      return { fields, memory }
    }
  }
}

/** The batch, whose arrays are views of the shared memory. */
export const unpack = ({ fields, memory }: Packed): Sized => {
  const find = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value
    if (ArrayBuffer.isView(value)) return value
    if ("holdfastArray" in value) {
      const { at, holdfastArray, length } = value as Placed
      return new kinds[holdfastArray](memory as never, at, length)
    }
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, find(one)]))
  }
  return find(fields) as Sized
}
