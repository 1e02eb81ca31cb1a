import * as Effect from "effect/Effect"
import { paced } from "../../io/EventLoop.js"
import type { DataError } from "../DataError.js"
import type { BlockFile } from "./BlockFile.js"

/** Codes of tokens, one after another. */
export type Codes = Uint16Array | Uint32Array

/** All tokens of a dataset, of which any are reached at once. */
export interface TokenStore {
  readonly size: number
  /** The codes of some parts, each `[from, to)`. */
  readonly read: (
    parts: ReadonlyArray<readonly [from: number, to: number]>
  ) => Effect.Effect<ReadonlyArray<Codes>, DataError>
  /** Calls `see` with all codes in order, many at a time; `at` is the place of the first. */
  readonly scan: (see: (at: number, codes: Codes) => void) => Effect.Effect<void, DataError>
}

/** How many bytes a code takes. */
export type Width = 2 | 4

const arrays = { 2: Uint16Array, 4: Uint32Array } as const

/** Codes as numbers of so many bytes. */
export const codesOf = (codes: ReadonlyArray<number>, width: Width): Codes =>
  arrays[width].from(codes)

const atOnce = 1 << 18
/** So many parts are read at a time. */
const readsAtOnce = 8

/** Tokens in memory. */
export const inMemory = (codes: Codes): TokenStore => ({
  size: codes.length,
  read: (parts) => Effect.sync(() => parts.map(([from, to]) => codes.subarray(from, to))),
  scan: (see) =>
    Effect.gen(function* () {
      const pause = paced()
      for (let at = 0; at < codes.length; at += atOnce) {
        see(at, codes.subarray(at, at + atOnce))
        yield* pause
      }
    })
})

/** Tokens at the beginning of a file. */
export const ofFile = (file: BlockFile, size: number, width: Width): TokenStore => {
  const codes = (from: number, to: number): Effect.Effect<Codes, DataError> =>
    Effect.map(
      file.read(from * width, to * width),
      ({ buffer }) => new arrays[width](buffer as ArrayBuffer)
    )
  return {
    size,
    read: (parts) =>
      Effect.forEach(parts, ([from, to]) => codes(from, to), { concurrency: readsAtOnce }),
    scan: (see) =>
      Effect.gen(function* () {
        const pause = paced()
        for (let at = 0; at < size; at += atOnce) {
          see(at, yield* codes(at, Math.min(size, at + atOnce)))
          yield* pause
        }
      })
  }
}

/** Codes that arrive text by text, held until they are taken. */
export class Growing {
  private parts: Array<Codes> = []
  bytes = 0

  constructor(private readonly width: Width) {}

  push(codes: Codes): void {
    this.parts.push(codes)
    this.bytes += codes.byteLength
  }

  /** All of them; what is taken is held no longer. */
  take(): Codes {
    const all = new arrays[this.width](this.bytes / this.width)
    let at = 0
    for (const part of this.parts) {
      all.set(part, at)
      at += part.length
    }
    this.parts = []
    this.bytes = 0
    return all
  }
}
