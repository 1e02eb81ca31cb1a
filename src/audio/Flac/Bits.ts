/** Reads bits, the highest of a byte first. Past the end there are zeros, and `isOver` says so. */
export class Bits {
  /** The next bit. */
  at = 0
  private readonly end: number

  constructor(private readonly bytes: Uint8Array) {
    this.end = 8 * bytes.length
  }

  get isOver(): boolean {
    return this.at > this.end
  }

  /** The next 32 bits, which stay the next. */
  private peek(): number {
    const i = this.at >>> 3
    const shift = this.at & 7
    const { bytes } = this
    const word = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!
    return shift === 0 ? word : (word << shift) | (bytes[i + 4]! >>> (8 - shift))
  }

  /** A number of up to 32 bits. */
  read(count: number): number {
    if (count === 0) return 0
    const value = this.peek() >>> (32 - count)
    this.at += count
    return value
  }

  /** A number in two's complement, of up to 33 bits. */
  signed(count: number): number {
    if (count <= 32) {
      if (count === 0) return 0
      const value = this.peek() >> (32 - count)
      this.at += count
      return value
    }
    const high = this.signed(count - 32)
    return high * 2 ** 32 + this.read(32)
  }

  /** How many zeros come before the next one, which is left out. */
  unary(): number {
    let zeros = 0
    for (;;) {
      const word = this.peek()
      if (word !== 0) {
        const more = Math.clz32(word)
        this.at += more + 1
        return zeros + more
      }
      this.at += 32
      zeros += 32
      if (this.at > this.end) return zeros
    }
  }

  /** Goes to the beginning of the next byte. */
  align(): void {
    this.at = (this.at + 7) & ~7
  }
}
