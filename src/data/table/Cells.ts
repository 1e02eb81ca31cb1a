const lineFeed = 10
const carriageReturn = 13
/** The byte of a quote. */
export const quote = 34

/** Where the cells of a row lie in bytes, as far as it has as many as others. */
export class Cells {
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Whether a cell has quotes within it, doubled. */
  readonly doubled: Uint8Array
  count = 0
  /** How many line ends the row has, with its own. */
  lines = 0

  constructor(width: number) {
    this.starts = new Int32Array(width)
    this.ends = new Int32Array(width)
    this.doubled = new Uint8Array(width)
  }

  /** Finds the cells of the row that begins at `at`, and gives where the next begins; -1: it has quotes where none belong. */
  divide(bytes: Uint8Array, at: number, separator: number): number {
    const { doubled, ends, starts } = this
    const end = bytes.length
    const width = starts.length
    let count = 0
    let lines = 0
    for (;;) {
      let from = at
      let to = at
      let hasDoubled = 0
      if (at < end && bytes[at] === quote) {
        from = ++at
        for (;;) {
          while (at < end && bytes[at] !== quote) {
            if (bytes[at] === lineFeed) lines++
            at++
          }
          if (at >= end) return -1
          if (bytes[at + 1] !== quote) break
          hasDoubled = 1
          at += 2
        }
        to = at++
        if (bytes[at] === carriageReturn && (bytes[at + 1] === lineFeed || at + 1 === end)) at++
        if (at < end && bytes[at] !== separator && bytes[at] !== lineFeed) return -1
      } else {
        while (at < end) {
          const byte = bytes[at]!
          if (byte === separator || byte === lineFeed) break
          if (byte === quote) return -1
          at++
        }
        to = at
        const isLast = at === end || bytes[at] === lineFeed
        if (isLast && to > from && bytes[to - 1] === carriageReturn) to--
      }
      if (count < width) {
        starts[count] = from
        ends[count] = to
        doubled[count] = hasDoubled
      }
      count++
      if (at < end && bytes[at] === separator) {
        at++
        continue
      }
      this.count = count
      this.lines = lines + (at < end ? 1 : 0)
      return at < end ? at + 1 : end
    }
  }
}

/** Where the row that begins at `at` ends: at a line end that an even number of quotes lies before. */
export const endOfRow = (bytes: Uint8Array, at: number): number => {
  let isOpen = false
  for (let i = at; i < bytes.length; i++) {
    if (bytes[i] === quote) isOpen = !isOpen
    if (bytes[i] === lineFeed && !isOpen) return i + 1
  }
  return bytes.length
}
