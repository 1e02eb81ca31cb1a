import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type { Features } from "../Windows.js"

/** A file of features: `length` values, of which `read` fills `target` with those from `at` on. */
export interface Segment {
  readonly path: string
  readonly length: number
  readonly read: (at: number, target: Features) => Effect.Effect<void, PlatformError>
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

/** `length` values of an entry from `first` on, where they are held in one piece: not to be changed. */
export const held = (entry: Entry, first: number, length: number): Features | undefined => {
  const piece = entry.find((piece) => first < piece.first + piece.length)
  return piece && first + length <= piece.first + piece.length
    ? piece.memory?.subarray(first - piece.first, first - piece.first + length)
    : undefined
}

/** `length` values of a complete entry from `first` on. */
export const read = (
  entry: Entry,
  first: number,
  length: number
): Effect.Effect<Features, PlatformError> => {
  const end = first + length
  const parts = entry
    .filter((piece) => piece.first < end && piece.first + piece.length > first)
    .map((piece) =>
      slice(piece, Math.max(first, piece.first), Math.min(end, piece.first + piece.length))
    )
  return Effect.gen(function* () {
    const target = new Float32Array(length)
    for (const part of parts) {
      const place = target.subarray(part.first - first, part.first - first + part.length)
      if (part.memory) place.set(part.memory)
      else if (part.file) yield* part.file.segment.read(part.file.at, place)
    }
    return target
  })
}
