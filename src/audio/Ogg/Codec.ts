import type { PlatformError } from "@effect/platform/Error"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { Unusable } from "../Sound.js"

/** What the packets of a stream are decoded by. */
export interface Codec {
  /** Packets that come before those of sound. */
  readonly headers: number
  readonly sampleRate: number
  readonly channels: number
  /** Samples at the beginning that are not to be heard, and are counted by positions. */
  readonly skipped: number
  /** What samples are multiplied with. */
  readonly gain: number
  readonly start: (
    headers: ReadonlyArray<Uint8Array>
  ) => Effect.Effect<Decode, Unusable | PlatformError, Scope.Scope>
}

/** Decodes a packet, channel by channel. */
export type Decode = (
  packet: Uint8Array
) => Either.Either<
  { readonly channels: ReadonlyArray<Float32Array>; readonly samples: number },
  string
>
