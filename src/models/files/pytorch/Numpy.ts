import type { WithState } from "../../../io/pickle/Globals.js"

/** A NumPy number or array that a checkpoint holds beside its tensors. */
export class NumpyValue implements WithState {
  value: unknown = null
  setState(state: unknown) {
    const [, shape, dtype, isFortran, data] = Array.isArray(state) ? (state as Array<unknown>) : []
    if (dtype instanceof NumpyType && data instanceof Uint8Array && isFortran === false) {
      this.value = dtype.numbers(data)
      if (Array.isArray(shape) && shape.length === 0) this.value = dtype.numbers(data)[0]
    }
  }
}

/** Its element type, as `f8`. */
export class NumpyType {
  constructor(readonly code: string) {}
  numbers(data: Uint8Array): ReadonlyArray<number | boolean> {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const read = numpyReaders[this.code]
    if (read === undefined) return []
    const size = Number(this.code.slice(1))
    return Array.from({ length: Math.floor(data.length / size) }, (_, i) => read(view, i * size))
  }
}

const numpyReaders: Partial<Record<string, (view: DataView, at: number) => number | boolean>> = {
  f2: (view, at) => view.getUint16(at, true),
  f4: (view, at) => view.getFloat32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
  i4: (view, at) => view.getInt32(at, true),
  i8: (view, at) => Number(view.getBigInt64(at, true)),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at) !== 0
}
