import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Errno from "../io/Errno.js"
import { paced, yieldToEventLoop } from "../io/EventLoop.js"
import * as OpenFile from "../io/OpenFile.js"
import * as RandomAccessFile from "../io/RandomAccessFile.js"

/** A part of a file: `length` bytes from `at` on, or fewer where the file ends first. */
export interface Range {
  readonly at: number
  readonly length: number
}

/**
 * A computation over a file that asks for one range of it at a time, and gets its bytes, which are
 * valid until it asks again. The same computation runs on bytes in memory and on a file that is
 * larger than memory.
 */
export type InParts<A> = Generator<Range, A, Uint8Array>

/** So much of a file is read and computed on at a time, before others have their turn. */
export const partBytes = 1 << 18

/** Runs a computation on bytes in memory. */
export const ofBytes = <A>(bytes: Uint8Array, computation: InParts<A>): A => {
  let step = computation.next()
  while (!step.done) {
    const { at, length } = step.value
    step = computation.next(bytes.subarray(at, at + length))
  }
  return step.value
}

/** Runs computations on a file that is open, or in memory. */
export interface FileParts {
  readonly size: number
  /** Yields to the event loop between parts, where `afterPart` runs too. */
  readonly run: <A, E = never, R = never>(
    computation: InParts<A>,
    afterPart?: Effect.Effect<void, E, R>
  ) => Effect.Effect<A, E | PlatformError, R>
}

const unused: Array<Uint8Array> = []

/** Memory for `ofFile` as long as the scope lasts: used again, as new one for each file would keep the collector busy. */
export const memory: Effect.Effect<Uint8Array, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => unused.pop() ?? new Uint8Array(partBytes)),
  (memory) => Effect.sync(() => void unused.push(memory))
)

/** The parts of an open file of `size` bytes, read into `memory`, which must not be used meanwhile. */
export const ofFile = (file: FileSystem.File, size: number, memory: Uint8Array): FileParts =>
  ofReads(size, memory, (at, target) => OpenFile.fillAt(file, at, target))

/** As `ofFile`, of a file that another thread has opened and will close. */
export const ofDescriptor = (file: number, size: number, memory: Uint8Array): FileParts =>
  ofReads(size, memory, (at, target) =>
    Effect.mapError(RandomAccessFile.fill(file, at, target), Errno.toError("read", String(file)))
  )

const ofReads = (
  size: number,
  memory: Uint8Array,
  fillAt: (at: number, target: Uint8Array) => Effect.Effect<number, PlatformError>
): FileParts => {
  // What was read last: all of a file that is no larger than this, whatever runs on it.
  let held = { at: 0, bytes: memory.subarray(0, 0) }
  return partsOf(size, (at, length) => {
    const isHeld = at >= held.at && at + length <= held.at + held.bytes.length
    const bytes = () => held.bytes.subarray(at - held.at, at - held.at + length)
    if (isHeld) return bytes()
    return Effect.gen(function* () {
      yield* yieldToEventLoop
      const wanted = Math.max(length, Math.min(memory.length, size - at))
      const buffer = wanted > memory.length ? new Uint8Array(wanted) : memory
      const filled = yield* fillAt(at, buffer.subarray(0, wanted))
      held = { at, bytes: buffer.subarray(0, filled) }
      return bytes()
    })
  })
}

/** The parts of a file that is in memory. */
export const ofMemory = (bytes: Uint8Array): FileParts =>
  partsOf(bytes.length, (at, length) => bytes.subarray(at, at + length))

const nothing = new Uint8Array(0)

/** `read` gives what is held at once, and reads what is not. */
const partsOf = (
  size: number,
  read: (at: number, length: number) => Uint8Array | Effect.Effect<Uint8Array, PlatformError>
): FileParts => ({
  size,
  run: <A, E = never, R = never>(
    computation: InParts<A>,
    afterPart: Effect.Effect<void, E, R> = Effect.void
  ) =>
    Effect.gen(function* () {
      const pause = paced()
      let step = computation.next()
      while (!step.done) {
        const { at } = step.value
        const length = Math.max(0, Math.min(step.value.length, size - at))
        const bytes = length === 0 ? nothing : read(at, length)
        yield* afterPart
        yield* pause
        step = computation.next(bytes instanceof Uint8Array ? bytes : yield* bytes)
      }
      yield* afterPart
      return step.value
    })
})

/**
 * Reads a file from its beginning to its end: holds what comes next of it, in memory of its own, and as
 * little as it is asked for.
 */
export class Reader {
  /** What comes next. */
  bytes = new Uint8Array(0)
  /** Where in the file that begins. */
  at = 0

  constructor(readonly size: number) {}

  get isAtEnd(): boolean {
    return this.at >= this.size
  }

  /** Holds the next `length` bytes, or all that are left; says whether there are so many. */
  *fill(length: number): InParts<boolean> {
    const missing = length - this.bytes.length
    if (missing > 0) {
      const from = this.at + this.bytes.length
      const arrived = yield {
        at: from,
        length: Math.max(missing, Math.min(partBytes, this.size - from))
      }
      const both = new Uint8Array(this.bytes.length + arrived.length)
      both.set(this.bytes)
      both.set(arrived, this.bytes.length)
      this.bytes = both
    }
    return this.bytes.length >= length
  }

  /** Leaves out the next `length` bytes, whether they are held or not. */
  skip(length: number): void {
    this.at += length
    this.bytes = this.bytes.subarray(length)
  }

  /** Gives others their turn, where much comes of few bytes. */
  *pause(): InParts<void> {
    yield { at: this.at, length: 0 }
  }

  /** The text that comes next. */
  text(length: number, from = 0): string {
    return String.fromCharCode(...this.bytes.subarray(from, from + length))
  }

  get view(): DataView {
    const { buffer, byteLength, byteOffset } = this.bytes
    return new DataView(buffer, byteOffset, byteLength)
  }
}
