import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { yieldToEventLoop } from "../io/EventLoop.js"
import * as OpenFile from "../io/OpenFile.js"

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

/** Runs computations on an open file. */
export interface FileParts {
  readonly size: number
  /** Yields to the event loop between parts, where `afterPart` runs too. */
  readonly run: <A, E = never, R = never>(
    computation: InParts<A>,
    afterPart?: Effect.Effect<void, E, R>
  ) => Effect.Effect<A, E | PlatformError, R>
}

/** The parts of an open file of `size` bytes, read into `memory`, which must not be used meanwhile. */
export const ofFile = (file: FileSystem.File, size: number, memory: Uint8Array): FileParts => {
  // What was read last: all of a file that is no larger than this, whatever runs on it.
  let held = { at: 0, bytes: memory.subarray(0, 0) }
  const part = Effect.fnUntraced(function* (at: number, length: number) {
    yield* yieldToEventLoop
    const wanted = Math.max(length, Math.min(memory.length, size - at))
    const buffer = wanted > memory.length ? new Uint8Array(wanted) : memory
    const filled = yield* OpenFile.fillAt(file, at, buffer.subarray(0, wanted))
    held = { at, bytes: buffer.subarray(0, filled) }
  })
  return {
    size,
    run: <A, E = never, R = never>(
      computation: InParts<A>,
      afterPart: Effect.Effect<void, E, R> = Effect.void
    ) =>
      Effect.gen(function* () {
        let step = computation.next()
        while (!step.done) {
          const { at } = step.value
          const length = Math.max(0, Math.min(step.value.length, size - at))
          if (at < held.at || at + length > held.at + held.bytes.length) {
            yield* afterPart
            yield* part(at, length)
          }
          step = computation.next(held.bytes.subarray(at - held.at, at - held.at + length))
        }
        yield* afterPart
        return step.value
      })
  }
}
