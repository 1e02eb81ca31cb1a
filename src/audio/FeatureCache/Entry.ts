import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as RandomAccessFile from "../../io/RandomAccessFile.js"
import type { Features } from "../Windows.js"

/** A file of features: `length` values from byte `start` on. */
export interface Segment {
  readonly path: string
  readonly length: number
  readonly file: RandomAccessFile.RandomAccessFile
  readonly start: number
}

/**
 * Values of the features of a key that lie next to each other: `length` of `total`, from the `first`
 * on. They are held in memory, or lie in a segment from `at` on, or both.
 */
export interface Piece {
  readonly key: string
  readonly total: number
  readonly first: number
  readonly length: number
  memory: Features | undefined
  file: { readonly segment: Segment; readonly at: number } | undefined
}

/** The features of one recording, in pieces that follow one another. */
export type Entry = ReadonlyArray<Piece>

export const isComplete = (entry: Entry): boolean =>
  entry.length > 0 && reached(entry) === entry[0]!.total

/** How many values the pieces have come to. */
export const reached = (entry: Entry): number => {
  const last = entry.at(-1)
  return last === undefined ? 0 : last.first + last.length
}

const slice = (piece: Piece, from: number, to: number): Piece => ({
  ...piece,
  first: from,
  length: to - from,
  memory: piece.memory?.subarray(from - piece.first, to - piece.first),
  file: piece.file && { segment: piece.file.segment, at: piece.file.at + from - piece.first }
})

/** The entries that pieces found here and there make up, as far as they leave no gap; they may overlap. */
export const assemble = (pieces: ReadonlyArray<Piece>): Map<string, Array<Piece>> => {
  const entries = new Map<string, Array<Piece>>()
  for (const piece of pieces.toSorted((a, b) => a.first - b.first)) {
    const entry = entries.get(piece.key) ?? []
    const from = reached(entry)
    const end = piece.first + piece.length
    if (piece.first > from || end <= from || piece.total !== (entry[0] ?? piece).total) continue
    entry.push(piece.first === from ? piece : slice(piece, from, end))
    entries.set(piece.key, entry)
  }
  return entries
}

/** `length` values of a complete entry, from `first` on. */
export interface Range {
  readonly entry: Entry
  readonly first: number
  readonly length: number
}

/** The values of all ranges, not to be changed: those that are not held are read, many at a time, into memory of their own. */
export const read = (
  ranges: ReadonlyArray<Range>
): Effect.Effect<ReadonlyArray<Features>, PlatformError> =>
  Effect.suspend(() => {
    const found = ranges.map(held)
    const missing = ranges.map(({ length }, i) => (found[i] === undefined ? length : 0))
    // One piece of memory for all: to make many costs as much as to read them.
    const memory = new Float32Array(missing.reduce((sum, length) => sum + length, 0))
    const parts: Array<RandomAccessFile.Part> = []
    let at = 0
    const values = ranges.map((range, i) => {
      if (found[i] !== undefined) return found[i]
      const target = memory.subarray(at, at + range.length)
      at += range.length
      readInto(target, range, parts)
      return target
    })
    return Effect.as(RandomAccessFile.readAll(parts), values)
  })

const held = ({ entry, first, length }: Range): Features | undefined => {
  const piece = entry.find((piece) => first < piece.first + piece.length)
  return piece && first + length <= piece.first + piece.length
    ? piece.memory?.subarray(first - piece.first, first - piece.first + length)
    : undefined
}

/** Fills `target` with what is held of a range; `parts` get what is to be read. */
const readInto = (
  target: Features,
  { entry, first, length }: Range,
  parts: Array<RandomAccessFile.Part>
): void => {
  const end = first + length
  for (const piece of entry) {
    const from = Math.max(first, piece.first)
    const to = Math.min(end, piece.first + piece.length)
    if (from >= to) continue
    const part = slice(piece, from, to)
    const place = target.subarray(from - first, to - first)
    if (part.memory) place.set(part.memory)
    else if (part.file) {
      const { file, start } = part.file.segment
      parts.push({ file, at: start + 4 * part.file.at, target: place })
    }
  }
}
