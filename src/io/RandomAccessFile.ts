import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs/promises"

/** A file of which any bytes are read, many at a time; the platform's `File` has one position. */
export interface RandomAccessFile {
  readonly size: number
  /** Fills `target` with the bytes from `at` on; gives how many there were. */
  readonly read: (at: number, target: Uint8Array) => Effect.Effect<number, Error>
}

/** Opens a regular file; it stays open until the scope closes, also where it is removed meanwhile. */
export const open = (path: string): Effect.Effect<RandomAccessFile, Error, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      attempt(async () => {
        const { size } = await fs.stat(path)
        return { handle: await fs.open(path, "r"), size }
      }),
      ({ handle }) => Effect.ignore(attempt(() => handle.close()))
    ),
    ({ handle, size }) => ({
      size,
      read: (at, target) =>
        attempt(async () => {
          let filled = 0
          while (filled < target.length) {
            const { bytesRead } = await handle.read(
              target,
              filled,
              target.length - filled,
              at + filled
            )
            if (bytesRead === 0) break
            filled += bytesRead
          }
          return filled
          // What was interrupted would write into memory that has another use by then.
        }).pipe(Effect.uninterruptible)
    })
  )

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, Error> =>
  Effect.tryPromise({ try: run, catch: (error) => error as Error })
