/** The dots of a braille character: two columns of four, from the top. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80]
] as const

/** Dots in a character. */
export const across = dots.length
export const down = dots[0].length

/** A cell of a canvas: its character, and which curve was drawn there last; null: none. */
export interface Cell {
  readonly character: string
  readonly curve: number | null
}

/** A canvas of braille characters, two columns of four dots each, on which curves are drawn. */
export class Canvas {
  private readonly cells: Uint8Array
  private readonly owners: Int16Array

  constructor(
    /** In characters. */
    readonly width: number,
    readonly height: number
  ) {
    this.cells = new Uint8Array(width * height)
    this.owners = new Int16Array(width * height).fill(-1)
  }

  /** Sets the dots of a column from one height to another, counted from the top. */
  column(x: number, from: number, to: number, curve: number): void {
    for (let y = Math.min(from, to); y <= Math.max(from, to); y++) {
      const cell = Math.floor(y / down) * this.width + Math.floor(x / across)
      this.cells[cell]! |= dots[x % across === 0 ? 0 : 1][y % down]!
      this.owners[cell] = curve
    }
  }

  /** The cells of each line, from the top. */
  get lines(): ReadonlyArray<ReadonlyArray<Cell>> {
    return Array.from({ length: this.height }, (_, row) =>
      Array.from({ length: this.width }, (_, column): Cell => {
        const at = row * this.width + column
        return this.cells[at] === 0
          ? { character: " ", curve: null }
          : { character: String.fromCodePoint(0x2800 + this.cells[at]!), curve: this.owners[at]! }
      })
    )
  }
}
