import * as Effect from "effect/Effect"
import { createHash, webcrypto } from "node:crypto"

// Below this, handing the work to another thread takes longer than the work.
const small = 64 * 1024

// A copy is made for the other thread, of so much at the most.
const large = 1 << 30

/** The sha256 of `bytes` in hexadecimal; of many bytes, worked out while this thread goes on. */
export const of = (bytes: Uint8Array): Effect.Effect<string> =>
  bytes.length < small || bytes.length > large
    ? Effect.sync(() => createHash("sha256").update(bytes).digest("hex"))
    : Effect.map(
        Effect.promise(() => webcrypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)),
        (digest) => Buffer.from(digest).toString("hex")
      )
