import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** How many bytes there are. */
export const length = 1 << 22

// A resizable buffer begins at a page. Where it does not, what goes past the system's cache is
// refused, and goes through it.
const allocate = () => new Uint8Array(new ArrayBuffer(length, { maxByteLength: length }))

// What a save has used the next one uses: fresh memory has to be zeroed by the system first.
const idle: Array<Uint8Array> = []

/** Memory that begins at a page, until the scope is closed. It holds anything. */
export const acquire: Effect.Effect<Uint8Array, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => idle.pop() ?? allocate()),
  (memory) => Effect.sync(() => idle.push(memory))
)
