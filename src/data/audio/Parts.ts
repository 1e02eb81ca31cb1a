import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { breathe } from "../../file/EventLoop.js"
import * as OpenFile from "../../file/OpenFile.js"

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

/**
 * Runs a computation on an open file of `size` bytes. Yields to the event loop between parts, where
 * `afterPart` runs too.
 */
export const ofFile = <A, E = never, R = never>(
  file: FileSystem.File,
  size: number,
  computation: InParts<A>,
  afterPart: Effect.Effect<void, E, R> = Effect.void
): Effect.Effect<A, E | PlatformError, R> =>
  Effect.gen(function* () {
    const memory = new Uint8Array(Math.min(size, partBytes))
    let held = { at: 0, bytes: memory.subarray(0, 0) }
    let step = computation.next()
    while (!step.done) {
      const { at, length } = step.value
      const end = Math.min(at + length, size)
      if (at < held.at || end > held.at + held.bytes.length) {
        yield* afterPart
        yield* breathe
        const buffer = length > memory.length ? new Uint8Array(length) : memory
        held = { at, bytes: buffer.subarray(0, yield* OpenFile.fillAt(file, at, buffer)) }
      }
      step = computation.next(held.bytes.subarray(at - held.at, at - held.at + length))
    }
    yield* afterPart
    return step.value
  })
