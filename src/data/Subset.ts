import { names, type Assignment } from "./Split.js"
import type { SplitName } from "./Dataset.js"

/** So many words of 32 examples have their number of members counted together. */
const blockWords = 16
/** So many numbers are listed at a time. */
const listedAtOnce = 1 << 16

/**
 * The examples of one split among all, in their order: a bit for each of all examples and a count for every
 * 512 of them, where a list of their numbers would take four bytes for each. Any is found in the same few steps.
 */
export class Subset {
  private constructor(
    readonly size: number,
    private readonly bits: Uint32Array,
    /** How many members are before each block. */
    private readonly before: Int32Array
  ) {}

  /** Those that the assignment gives to a split, by its number. */
  static of(assignment: Assignment, split: number): Subset {
    const bits = new Uint32Array(Math.ceil(assignment.length / 32))
    for (let i = 0; i < assignment.length; i++) {
      if (assignment[i] === split) bits[i >>> 5]! |= 1 << (i & 31)
    }
    const before = new Int32Array(Math.ceil(bits.length / blockWords))
    let size = 0
    for (let word = 0; word < bits.length; word++) {
      if (word % blockWords === 0) before[word / blockWords] = size
      size += ones(bits[word]!)
    }
    return new Subset(size, bits, before)
  }

  /** All three splits. */
  static ofAll(assignment: Assignment): Readonly<Record<SplitName, Subset>> {
    const [train, validation, test] = names.map((_, split) => Subset.of(assignment, split))
    return { train: train!, validation: validation!, test: test! }
  }

  /** Whether the example of this number among all is a member. */
  has(index: number): boolean {
    return ((this.bits[index >>> 5]! >>> (index & 31)) & 1) === 1
  }

  /** The number among all of the member `i`. */
  at(i: number): number {
    let [block, end] = [0, this.before.length]
    while (end - block > 1) {
      const middle = (block + end) >>> 1
      if (this.before[middle]! <= i) block = middle
      else end = middle
    }
    let left = i - this.before[block]!
    let at = block * blockWords
    for (let count = ones(this.bits[at]!); left >= count; count = ones(this.bits[at]!)) {
      left -= count
      at++
    }
    let word = this.bits[at]!
    for (; left > 0; left--) word &= word - 1
    return 32 * at + 31 - Math.clz32(word & -word)
  }

  /** The numbers among all of all members, some at a time: valid until the next. */
  *parts(): Generator<Int32Array> {
    const listed = new Int32Array(Math.min(listedAtOnce, this.size))
    let filled = 0
    for (let at = 0; at < this.bits.length; at++) {
      for (let word = this.bits[at]!; word !== 0; word &= word - 1) {
        listed[filled++] = 32 * at + 31 - Math.clz32(word & -word)
        if (filled < listed.length) continue
        yield listed
        filled = 0
      }
    }
    if (filled > 0) yield listed.subarray(0, filled)
  }
}

/** How many bits of a word are 1. */
const ones = (word: number): number => {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  x = (x + (x >>> 4)) & 0x0f0f0f0f
  return Math.imul(x, 0x01010101) >>> 24
}
