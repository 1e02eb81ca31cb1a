import type { Picture } from "../../io/Png.js"

/** The digits, five rows of three dots each; a row is a number of which each bit is a dot. */
const digits = [
  "75557",
  "26227",
  "71747",
  "71717",
  "55711",
  "74717",
  "74757",
  "71222",
  "75757",
  "75717"
]

/** The pixels of the longer side, unless there are more classes. */
const size = 640

const white = [255, 255, 255] as const
const dark = [20, 30, 50] as const
/** For the whole of a row. A blue, which no kind of colour blindness makes grey. */
const full = [8, 64, 129] as const

/**
 * A confusion matrix as a picture: a row for each label, from the top, and a column for each guess. The
 * darker a cell, the larger its part of the row; its count stands in it, the index of the class beside
 * rows and above columns, where there is room.
 */
export const confusionPicture = (matrix: ReadonlyArray<ReadonlyArray<number>>): Picture => {
  const cell = Math.max(1, Math.min(48, Math.floor(size / (matrix.length + 1))))
  const margin = cell < 12 ? 0 : cell
  const width = margin + matrix.length * cell
  const pixels = new Uint8Array(3 * width * width).fill(255)
  const paint = (x: number, y: number, color: readonly [number, number, number]) =>
    pixels.set(color, 3 * (y * width + x))
  /** A number in the middle of the cell whose corner is at x and y, if there is room. */
  const write = (text: string, x: number, y: number, color: readonly [number, number, number]) => {
    const scale = Math.min(2, Math.floor((cell - 2) / Math.max(4 * text.length, 7)))
    if (scale < 1) return
    const left = x + Math.floor((cell - scale * (4 * text.length - 1)) / 2)
    const top = y + Math.floor((cell - scale * 5) / 2)
    for (let row = 0; row < 5 * scale; row++) {
      for (let column = 0; column < 4 * scale * text.length; column++) {
        const dot = Math.floor(column / scale)
        const bits = Number(digits[Number(text[Math.floor(dot / 4)])]![Math.floor(row / scale)])
        if (dot % 4 < 3 && (bits >> (2 - (dot % 4))) & 1) paint(left + column, top + row, color)
      }
    }
  }
  matrix.forEach((counts, label) => {
    const total = counts.reduce((a, b) => a + b, 0)
    if (margin > 0) {
      write(String(label), 0, margin + label * cell, dark)
      write(String(label), margin + label * cell, 0, dark)
    }
    counts.forEach((count, guess) => {
      const share = total === 0 ? 0 : count / total
      const color = [0, 1, 2].map((i) => Math.round(white[i]! + share * (full[i]! - white[i]!)))
      const [left, top] = [margin + guess * cell, margin + label * cell]
      // A line between cells, where they are large enough.
      const side = cell < 6 ? cell : cell - 1
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) paint(left + x, top + y, color as never)
      }
      if (count > 0 && margin > 0) {
        write(String(Math.round(count)), left, top, share > 0.5 ? white : dark)
      }
    })
  })
  return { width, height: width, pixels }
}
