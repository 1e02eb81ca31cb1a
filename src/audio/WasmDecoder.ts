import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { t } from "../language/Text.js"
import type { Unusable } from "./Sound.js"

/** What a decoder of the wasm-audio-decoders has made of some bytes. */
export interface Decoded {
  readonly channelData: ReadonlyArray<Float32Array>
  readonly samplesDecoded: number
  readonly errors: ReadonlyArray<{ readonly message: string }>
}

/** One of those decoders. Its memory is an instance of WebAssembly of its own. */
export interface WasmDecoder {
  readonly ready: Promise<unknown>
  readonly free: () => void
}

/** A decoder that is thrown away after one file, with whatever that has done to it. */
export const make = <D extends WasmDecoder>(
  create: () => D
): Effect.Effect<D, Unusable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        const decoder = create()
        await decoder.ready
        return decoder
      },
      catch: (error) => t`cannot be decoded: ${messageOf(error)}`
    }),
    // One that has broken may not even be freed.
    (decoder) => Effect.ignore(Effect.try(() => decoder.free()))
  )

/** Runs a decoder, which throws, or prints to the console, where bytes make no sense. */
export const attempt = <D extends Decoded>(decode: () => D): Either.Either<D, string> =>
  Either.flatMap(
    Either.try({ try: () => silenced(decode), catch: messageOf }),
    (decoded): Either.Either<D, string> =>
      decoded.errors.length === 0 ? Either.right(decoded) : Either.left(decoded.errors[0]!.message)
  )

/** Decoding is synchronous, so that nobody else prints meanwhile. */
const silenced = <A>(run: () => A): A => {
  const output = globalThis.console
  const { error } = output
  output.error = () => {}
  try {
    return run()
  } finally {
    output.error = error
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
