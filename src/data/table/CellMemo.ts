/** So many cells are remembered of a column, and no longer ones. */
const slots = 4096
const mostBytes = 32

/** Remembers what was read of short cells, by their bytes: most columns have few different ones. */
export class CellMemo {
  private readonly texts = new Uint8Array(slots * mostBytes)
  private readonly lengths = new Uint8Array(slots).fill(255)
  private readonly numbers = new Float64Array(slots)
  private slot = 0

  /** What was read of these bytes; undefined: nothing is remembered. */
  find(bytes: Uint8Array, from: number, to: number): number | undefined {
    const length = to - from
    if (length > mostBytes) return undefined
    let hash = length
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    const slot = (hash ^ (hash >>> 15)) & (slots - 1)
    this.slot = slot
    if (this.lengths[slot] !== length) return undefined
    const start = slot * mostBytes
    for (let i = 0; i < length; i++) {
      if (this.texts[start + i] !== bytes[from + i]) return undefined
    }
    return this.numbers[slot]
  }

  /** Remembers what was read of the bytes that were last looked for. */
  keep(bytes: Uint8Array, from: number, to: number, number: number): void {
    const length = to - from
    if (length > mostBytes) return
    const start = this.slot * mostBytes
    for (let i = 0; i < length; i++) this.texts[start + i] = bytes[from + i]!
    this.lengths[this.slot] = length
    this.numbers[this.slot] = number
  }
}
