/** Bytes of a CSV file in UTF-8 that end where a row ends, or the file. */
export interface Lines {
  readonly bytes: Uint8Array
  /** Of the first row. */
  readonly line: number
  /** How many lines there are. */
  readonly count: number
}

/** The longest row: a quote that is never closed would take all that follows. */
export const mostBytes = 1 << 20

const [quote, lineFeed] = [34, 10]

/**
 * Divides bytes that arrive in parts between rows. A quote within quotes is doubled: a row ends at the first line end
 * that an even number of quotes lies before, and one that none closes is a mistake of its line alone.
 */
export class CsvLines {
  private buffer = new Uint8Array(4 * mostBytes)
  /** What is not taken yet lies between these. */
  private start = 0
  private filled = 0
  /** Of the row that comes next. */
  private line = 1
  /** The first line that is longer than any may be; nothing can follow it. */
  tooLong: number | null = null

  add(part: Uint8Array): void {
    const length = this.filled - this.start
    if (this.filled + part.length > this.buffer.length) {
      const buffer =
        length + part.length > this.buffer.length
          ? new Uint8Array(2 * (length + part.length))
          : this.buffer
      buffer.set(this.buffer.subarray(this.start, this.filled))
      ;[this.buffer, this.start, this.filled] = [buffer, 0, length]
    }
    this.buffer.set(part, this.filled)
    this.filled += part.length
  }

  /** The rows that are complete, or the first of them. */
  take(onlyFirst = false): Lines | null {
    const rest = this.buffer.subarray(this.start, this.filled)
    const length = rest.length
    // Of complete rows: where they end, and how many lines they have. Of the row that follows them: where its first
    // line ends, and where its last one begins.
    let end = 0
    let count = 0
    let firstEnd = 0
    let lineStart = 0
    let lines = 0
    let isOpen = false
    for (let i = 0; i < length; i++) {
      const byte = rest[i]!
      if (byte > quote) continue
      if (byte === quote) isOpen = !isOpen
      if (byte !== lineFeed) continue
      if (i - lineStart > mostBytes) break
      lines++
      lineStart = i + 1
      if (isOpen && firstEnd === 0) firstEnd = i + 1
      if (isOpen && i - end <= mostBytes) continue
      if (isOpen) {
        // A mistake of the first line alone: what follows it is read again.
        isOpen = false
        lineStart = firstEnd
        lines = 1
        i = firstEnd - 1
      }
      end = lineStart
      count += lines
      lines = 0
      firstEnd = 0
      if (onlyFirst) break
    }
    const { line } = this
    const isWhole = onlyFirst && end > 0
    if (!isWhole && lengthOfLine(rest, lineStart) > mostBytes) this.tooLong = line + count + lines
    if (end === 0) return null
    this.start += end
    this.line += count
    return { bytes: rest.slice(0, end), line, count }
  }

  /** What is left, once nothing follows. */
  end(): Lines | null {
    const bytes = this.buffer.slice(this.start, this.filled)
    this.start = this.filled
    return bytes.length === 0 ? null : { bytes, line: this.line, count: linesIn(bytes) + 1 }
  }
}

const lengthOfLine = (bytes: Uint8Array, start: number): number => {
  const end = bytes.indexOf(lineFeed, start)
  return (end === -1 ? bytes.length : end) - start
}

const linesIn = (bytes: Uint8Array): number =>
  bytes.reduce((sum, byte) => (byte === lineFeed ? sum + 1 : sum), 0)
