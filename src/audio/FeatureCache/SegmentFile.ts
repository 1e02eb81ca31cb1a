import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import * as AtomicFile from "../../io/AtomicFile.js"
import * as Errno from "../../io/Errno.js"
import { yieldToEventLoop } from "../../io/EventLoop.js"
import * as OpenFile from "../../io/OpenFile.js"
import * as RandomAccessFile from "../../io/RandomAccessFile.js"
import { t } from "../../language/Text.js"
import type { Piece, Segment } from "./Entry.js"

/*
 * A segment is a file with the features of some recordings, written once and never changed:
 * `holdfast-features-2`, a newline; the features as 32-bit floats in the machine's own order; an index
 * of JSON, and its length in bytes as 16 hexadecimal digits; the sha256 of all this in 64.
 */
const magic = new TextEncoder().encode("holdfast-features-2\n")
const lengthDigits = 16
const digestDigits = 64
const blockBytes = 1 << 20

const natural = Schema.NonNegativeInt
const Index = Schema.parseJson(
  Schema.Struct({
    parameters: Schema.String,
    /** In the order of their values: the key, the first value, how many, and how many there are in all. */
    pieces: Schema.Array(Schema.Tuple(Schema.String, natural, natural, natural))
  })
)

/** Writes a segment of pieces that are held in memory. */
export const write = (
  path: string,
  parameters: string,
  pieces: ReadonlyArray<Piece>
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  AtomicFile.writeDurably(path, (file) =>
    Effect.gen(function* () {
      const hash = createHash("sha256")
      const put = (bytes: Uint8Array) => {
        hash.update(bytes)
        return Effect.zipRight(file.write(bytes), yieldToEventLoop)
      }
      yield* put(magic)
      for (const block of blocksOf(pieces)) yield* put(block)
      const index = new TextEncoder().encode(
        Schema.encodeSync(Index)({
          parameters,
          pieces: joined(pieces).map(({ first, key, length, total }) => [key, first, length, total])
        })
      )
      yield* put(index)
      yield* put(new TextEncoder().encode(index.length.toString(16).padStart(lengthDigits, "0")))
      yield* file.write(new TextEncoder().encode(hash.digest("hex")))
    })
  )

/** The bytes of the pieces, a block at a time; it is valid until the next. */
const blocksOf = function* (pieces: ReadonlyArray<Piece>): Generator<Uint8Array> {
  const block = new Uint8Array(blockBytes)
  let filled = 0
  for (const { memory } of pieces) {
    const bytes = bytesOf(memory ?? new Float32Array(0))
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + blockBytes - filled)
      block.set(part, filled)
      at += part.length
      filled += part.length
      if (filled < blockBytes) continue
      yield block
      filled = 0
    }
  }
  yield block.subarray(0, filled)
}

/** Pieces that continue each other as one. */
const joined = (pieces: ReadonlyArray<Piece>) => {
  const all: Array<{ key: string; total: number; first: number; length: number }> = []
  for (const { first, key, length, total } of pieces) {
    const last = all.at(-1)
    if (last?.key === key && last.first + last.length === first) last.length += length
    else all.push({ key, total, first, length })
  }
  return all
}

/** Opens a segment for reading, as long as the scope lasts. */
export const open = (
  path: string,
  length: number
): Effect.Effect<Segment, PlatformError, Scope.Scope> =>
  RandomAccessFile.open(path).pipe(
    Effect.map((file) => ({ path, length, file, start: magic.length })),
    Effect.mapError(Errno.toError("open", path))
  )

/**
 * Opens a segment once the digest over all of it is right, and gives its pieces. Their values are
 * held in memory where the file has no more than `mostHeld` bytes. Fails with a sentence where the
 * file is not what it should be.
 */
export const load = Effect.fnUntraced(function* (
  path: string,
  parameters: string,
  mostHeld: number
) {
  const { memory, pieces } = yield* check(path, parameters, mostHeld)
  const length = pieces.reduce((sum, piece) => sum + piece[2], 0)
  const segment = yield* open(path, length)
  let at = 0
  return {
    segment,
    heldBytes: 4 * (memory?.length ?? 0),
    pieces: pieces.map(([key, first, length, total]): Piece => {
      const file = { segment, at }
      at += length
      return { key, total, first, length, file, memory: memory?.subarray(file.at, at) }
    })
  }
})

const check = Effect.fnUntraced(function* (path: string, parameters: string, mostHeld: number) {
  const fs = yield* FileSystem.FileSystem
  const info = yield* fs.stat(path)
  if (info.type !== "File") return yield* Effect.fail(t`it is no file of features`)
  const file = yield* fs.open(path)
  const size = Number(info.size)
  const digestStart = size - digestDigits
  const lengthStart = digestStart - lengthDigits
  const held = size <= mostHeld ? new Uint8Array(size) : undefined
  const block = held ?? new Uint8Array(blockBytes)
  const hash = createHash("sha256")
  for (let at = 0; at < size; at += blockBytes) {
    const bytes = held?.subarray(at, at + blockBytes) ?? block
    yield* OpenFile.fillAt(file, at, bytes)
    if (at === 0 && Buffer.compare(bytes.subarray(0, magic.length), magic) !== 0) {
      return yield* Effect.fail(t`it is no file of features`)
    }
    hash.update(bytes.subarray(0, Math.max(0, digestStart - at)))
    yield* yieldToEventLoop
  }
  const textAt = Effect.fnUntraced(function* (at: number, length: number) {
    const bytes = new Uint8Array(length)
    yield* OpenFile.fillAt(file, at, bytes)
    return new TextDecoder().decode(bytes)
  })
  if (lengthStart < magic.length) return yield* Effect.fail(t`it is damaged`)
  if ((yield* textAt(digestStart, digestDigits)) !== hash.digest("hex")) {
    return yield* Effect.fail(t`it is damaged`)
  }
  const indexBytes = Number.parseInt(yield* textAt(lengthStart, lengthDigits), 16)
  const indexStart = lengthStart - indexBytes
  const makesNoSense = () => t`its index makes no sense`
  const index = yield* Schema.decode(Index)(yield* textAt(indexStart, indexBytes)).pipe(
    Effect.mapError(makesNoSense)
  )
  if (index.parameters !== parameters) {
    return yield* Effect.fail(t`it holds the features of other parameters`)
  }
  const { pieces } = index
  const length = pieces.reduce((sum, piece) => sum + piece[2], 0)
  if (magic.length + 4 * length !== indexStart) return yield* Effect.fail(makesNoSense())
  return { pieces, memory: held && new Float32Array(held.buffer, magic.length, length) }
}, OpenFile.scoped)

const bytesOf = ({ buffer, byteLength, byteOffset }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
